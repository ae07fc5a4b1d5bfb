/**
 * Asks for camera and microphone and takes what there is. Resolves with the
 * stream (or null) and what came of it: "both", "audio", "video", "denied",
 * "missing" or "insecure".
 */
export async function openLocalMedia() {
  if (!navigator.mediaDevices?.getUserMedia) return { stream: null, outcome: "insecure" };
  const wishes = [
    ["both", { audio: true, video: true }],
    ["audio", { audio: true }],
    ["video", { video: true }],
  ];
  for (const [outcome, constraints] of wishes) {
    try {
      return { stream: await navigator.mediaDevices.getUserMedia(constraints), outcome };
    } catch (error) {
      // A refusal is meant for all of it; asking again piecemeal would nag.
      if (error.name === "NotAllowedError" || error.name === "SecurityError") return { stream: null, outcome: "denied" };
    }
  }
  return { stream: null, outcome: "missing" };
}

export function closeLocalMedia(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
