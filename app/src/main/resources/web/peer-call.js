import { PlainClient } from "./client.js";

/**
 * A call between two browsers that are introduced over a room.
 *
 * Whoever enters offers. When nobody receives the offer it is dropped, and the
 * one who was there first answers the offer of the next. When two offers cross,
 * the one of the greater id counts. Each offer has an attempt number that
 * answers and candidates repeat, so that late ones cannot reach a newer link.
 *
 * Events: "state", "channel" (state of the data channel), "text" (from the
 * other side) and "media" (remote MediaStream or null), each with a detail.
 */
export class PeerCall extends EventTarget {
  #id = crypto.getRandomValues(new Uint32Array(2)).join("-");
  #roomId;
  #localStream;
  #signalling = null;
  #link = null;
  #attempts = 0;
  #tasks = Promise.resolve();
  #over = false;

  constructor({ roomId, localStream }) {
    super();
    this.#roomId = roomId;
    this.#localStream = localStream;
  }

  /** Rejects when the server cannot be reached or refuses the room. */
  async start() {
    this.#report("state", "joining");
    await this.#enterRoom();
  }

  sendText(text) {
    this.#link.channel.send(text);
  }

  hangUp() {
    if (this.#over) return;
    this.#over = true;
    this.#signalling?.send("chat", { roomId: this.#roomId, message: { bye: this.#id } });
    this.#signalling?.send("leave-room", { roomId: this.#roomId });
    this.#dropLink();
    this.#signalling?.close();
  }

  async #enterRoom() {
    const signalling = new PlainClient();
    signalling.addEventListener("arrival", ({ detail }) => this.#inTurn(() => this.#receive(detail)));
    signalling.addEventListener("state", ({ detail }) => {
      if (signalling !== this.#signalling) return;
      if (detail === "open") this.#signallingBack();
      else this.#signallingLost();
    });
    try {
      await signalling.connect();
      await signalling.request("join-room", { roomId: this.#roomId });
    } catch (error) {
      signalling.close();
      throw error;
    }
    if (this.#over) {
      signalling.close();
      return;
    }
    this.#signalling = signalling;
    this.#inTurn(() => this.#offer());
  }

  #signallingLost() {
    if (this.#over) return;
    // A link that is up needs no server; only one still being made does.
    if (this.#link && this.#link.channel.readyState !== "open") this.#dropLink();
    if (!this.#link) this.#report("state", "reconnecting");
  }

  /** The connection is a new one, which is in no room; when it is lost again, the next one comes here, too. */
  async #signallingBack() {
    const joined = await this.#signal("join-room", {});
    if (joined) this.#inTurn(() => this.#offer());
  }

  /** Signals are handled one after another: each may wait for the browser. */
  #inTurn(task) {
    this.#tasks = this.#tasks.then(async () => {
      if (this.#over) return;
      try {
        await task();
      } catch (error) {
        if (!this.#over) console.warn("Signal could not be handled:", error);
      }
    });
  }

  async #offer() {
    if (this.#link) return;
    const link = this.#openLink({ attempt: ++this.#attempts, offered: true });
    for (const kind of ["audio", "video"]) {
      const track = this.#localStream?.getTracks().find((each) => each.kind === kind);
      // Without a track of its own a side must still offer to receive one.
      if (track) link.connection.addTransceiver(track, { direction: "sendrecv", streams: [this.#localStream] });
      else link.connection.addTransceiver(kind, { direction: "recvonly" });
    }
    const offer = await link.connection.createOffer();
    const answer = await this.#signal("offer", { attempt: link.attempt, sdp: offer.sdp });
    if (link !== this.#link) return;
    if (!answer?.delivered) {
      this.#dropLink();
      if (answer) this.#report("state", "waiting");
      return;
    }
    this.#report("state", "calling");
    await link.connection.setLocalDescription(offer);
  }

  async #receive({ type, to, message, ...signal }) {
    if (to !== undefined && to !== this.#id) return;
    switch (type) {
      case "offer":
        return this.#receiveOffer(signal);
      case "answer":
        return this.#receiveAnswer(signal);
      case "candidate":
        return this.#receiveCandidate(signal);
      case "chat":
        if (message?.bye && message.bye === this.#link?.peerId) this.#peerLeft();
    }
  }

  async #receiveOffer({ from, attempt, sdp }) {
    const link = this.#link;
    if (link) {
      if (link.peerId && link.peerId !== from) {
        await this.#signal("answer", { to: from, attempt, busy: true });
        return;
      }
      if (link.peerId === from && !link.offered && link.attempt === attempt) return;
      if (!link.peerId && this.#id > from) {
        // The offers crossed and this one counts. The other side may have come
        // in after it was sent, so it is repeated.
        await this.#signal("offer", { to: from, attempt: link.attempt, sdp: link.connection.localDescription.sdp });
        return;
      }
      this.#dropLink();
    }
    await this.#answer(from, attempt, sdp);
  }

  async #answer(peerId, attempt, sdp) {
    const link = this.#openLink({ peerId, attempt, offered: false });
    const { connection } = link;
    this.#report("state", "connecting");
    await connection.setRemoteDescription({ type: "offer", sdp });
    for (const track of this.#localStream?.getTracks() ?? []) connection.addTrack(track, this.#localStream);
    await connection.setLocalDescription();
    await this.#signal("answer", { to: peerId, attempt, sdp: connection.localDescription.sdp });
    await this.#addCandidates(link);
  }

  async #receiveAnswer({ from, attempt, sdp, busy }) {
    const link = this.#link;
    if (!link?.offered || attempt !== link.attempt) return;
    if (link.peerId && link.peerId !== from) {
      if (!busy) await this.#signal("answer", { to: from, attempt, busy: true });
      return;
    }
    if (busy) {
      this.#dropLink();
      this.#report("state", "busy");
      return;
    }
    if (link.peerId) return;
    link.peerId = from;
    this.#report("state", "connecting");
    await link.connection.setRemoteDescription({ type: "answer", sdp });
    await this.#addCandidates(link);
  }

  async #receiveCandidate({ from, attempt, candidate }) {
    const link = this.#link;
    if (!link || attempt !== link.attempt) return;
    link.candidates.push({ from, candidate });
    if (link.connection.remoteDescription) await this.#addCandidates(link);
  }

  async #addCandidates(link) {
    for (const { from, candidate } of link.candidates.splice(0)) {
      if (from === link.peerId) await link.connection.addIceCandidate(candidate);
    }
  }

  /** Resolves with null when the server is gone; #signallingBack takes over. */
  #signal(type, fields) {
    return this.#signalling
      ? this.#signalling.request(type, { roomId: this.#roomId, from: this.#id, ...fields }).catch(() => null)
      : Promise.resolve(null);
  }

  #openLink({ peerId = null, attempt, offered }) {
    const connection = new RTCPeerConnection({ iceServers: [] });
    const channel = connection.createDataChannel("chat", { negotiated: true, id: 0 });
    const link = { connection, channel, peerId, attempt, offered, candidates: [], stream: new MediaStream(), wasOpen: false };
    this.#link = link;
    this.#report("channel", "connecting");

    const whileCurrent = (handle) => (event) => {
      if (link === this.#link) handle(event);
    };
    connection.addEventListener(
      "icecandidate",
      whileCurrent(({ candidate }) => {
        if (candidate) this.#signal("candidate", { to: link.peerId ?? undefined, attempt, candidate: candidate.toJSON() });
      }),
    );
    connection.addEventListener(
      "track",
      whileCurrent(({ track }) => {
        link.stream.addTrack(track);
        this.#report("media", link.stream);
      }),
    );
    connection.addEventListener(
      "connectionstatechange",
      whileCurrent(() => this.#connectionChanged(link)),
    );
    channel.addEventListener(
      "open",
      whileCurrent(() => {
        link.wasOpen = true;
        this.#report("channel", "open");
        this.#report("state", "open");
      }),
    );
    channel.addEventListener("close", whileCurrent(() => this.#peerLeft()));
    channel.addEventListener("message", whileCurrent(({ data }) => this.#report("text", data)));
    return link;
  }

  #connectionChanged(link) {
    const { connectionState } = link.connection;
    if (connectionState === "disconnected") this.#report("state", "interrupted");
    else if (connectionState === "connected" && link.wasOpen) this.#report("state", "open");
    else if (connectionState === "failed" && link.wasOpen) this.#peerLeft();
    else if (connectionState === "failed") {
      this.#dropLink();
      this.#report("state", "unreachable");
    }
  }

  /** The other side may still be there, or a third one waiting: offer again. */
  #peerLeft() {
    this.#dropLink();
    this.#report("state", this.#signalling?.state === "open" ? "waiting" : "reconnecting");
    this.#inTurn(() => this.#offer());
  }

  #dropLink() {
    const link = this.#link;
    if (!link) return;
    this.#link = null;
    link.connection.close();
    this.#report("channel", "closed");
    this.#report("media", null);
  }

  #report(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
