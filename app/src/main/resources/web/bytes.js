const encoder = new TextEncoder();

/** Bytes a text takes on the wire, without any envelope. */
export function byteLength(text) {
  return encoder.encode(text).length;
}

export function formatBytes(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const unit = bytes < 1024 * 1024 ? "KB" : "MB";
  const amount = bytes / (unit === "KB" ? 1024 : 1024 * 1024);
  return `${Number(amount.toFixed(1))} ${unit}`;
}
