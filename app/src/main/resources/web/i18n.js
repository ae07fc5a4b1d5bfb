const STORAGE_KEY = "maru.language";

const clients = (n) => (n === 1 ? "1 client" : `${n} clients`);

/** A string may be a template with {names} or a function of the parameters. */
const STRINGS = {
  en: {
    "app.title": "Maru · rooms in real time",
    "app.name": "Maru",
    "nav.label": "Views",
    "nav.rooms": "Rooms",
    "nav.call": "Call",
    "lang.other": "한국어",

    "rooms.heading": "Who gets the message?",
    "rooms.intro":
      "Each card is a client with its own connection to the server. Connect it, join a room and send a message in four ways. Plain WebSocket and Socket.IO clients meet in the same rooms.",
    "rooms.connectAll": "Connect and join all",
    "rooms.disconnectAll": "Disconnect all",
    "rooms.add": "+ Add client",
    "rooms.cards": "Clients",
    "rooms.everyoneNote":
      "“Everyone” means every client of this server, including those in other tabs and browsers.",

    "client.title": "Client {name}",
    "client.remove": "Remove client {name}",
    "client.kind": "Connects with",
    "client.kind.plain": "Plain WebSocket",
    "client.kind.socketio": "Socket.IO",
    "client.kind.unavailable":
      "Socket.IO cannot be chosen: this server does not provide the client file /socket.io/socket.io.esm.min.js.",
    "client.connect": "Connect",
    "client.disconnect": "Disconnect",
    "client.state.closed": "Not connected",
    "client.state.connecting": "Connecting…",
    "client.state.open": "Connected",
    "client.room": "Room",
    "client.join": "Join",
    "client.leave": "Leave",
    "client.message": "Message",
    "client.message.preset": "Hello from {name}",
    "client.sendTo": "Send to",
    "client.send.echo": "Only me",
    "client.send.all": "Everyone",
    "client.send.others": "Everyone else",
    "client.send.room": "My room",
    "client.log": "What arrived at client {name}",
    "client.log.empty": "Nothing has arrived yet.",

    "status.none": "\u00a0",
    "status.connectFailed": "The connection could not be established.",
    "status.lost": "The connection was closed by the server.",
    "status.reconnecting": "The connection was lost. Connecting again…",
    "status.echo": "The message came back to you.",
    "status.delivered": ({ n }) => (n === 0 ? "Nobody else was there to receive it." : `Delivered to ${clients(n)}.`),

    "arrival.chat": "Room",
    "arrival.echo": "Echo",
    "arrival.broadcast": "Everyone",
    "arrival.joined": "Joined",
    "arrival.left": "Left",
    "arrival.problem": "Problem",
    "arrival.room": "Room {roomId}",

    "problem.Invalid JSON": "The server could not read the message (invalid JSON).",
    "problem.Unknown message type": "The server does not know this type of message.",
    "problem.Invalid roomId": "This is not a valid room ID.",
    "problem.Not in room": "This client is not in that room.",

    "traffic.heading": "Message bytes",
    "traffic.delivered": "Delivered to clients on this page",
    "traffic.everyone": "If every message went to everyone",
    "traffic.explain": "Message text only, times the clients connected on this page.",
    "traffic.reset": "Reset",

    "guide.heading": "The same with 100 clients",
    "guide.intro":
      "Opens 100 plain WebSocket clients here, in rooms of 3, 2 and 4. One client in a room of three sends 1 KB to its room. Watch which dots light up.",
    "guide.run": "Run it",
    "guide.runAgain": "Run it again",
    "guide.phase.idle": "\u00a0",
    "guide.phase.opening": "Connecting: {done} of {total}",
    "guide.phase.joining": "Joining rooms: {done} of {total}",
    "guide.phase.sending": "Sending 1 KB to one room…",
    "guide.phase.checking": "Asking every client what it received: {done} of {total}",
    "guide.phase.closing": "Closing the connections…",
    "guide.phase.done": "Done. All {total} connections are closed again.",
    "guide.phase.failed": "That did not work: {reason}. All connections are closed again.",
    "guide.dots": "100 clients as dots, grouped by room",
    "guide.legend.idle": "Not connected",
    "guide.legend.joined": "In a room",
    "guide.legend.sender": "Sends",
    "guide.legend.received": "Received it",
    "guide.bar.room": "To the room",
    "guide.bar.all": "To everyone",
    "guide.sentence": ({ room, size, received, delivered, total, everyone, times }) =>
      `In a room of ${room}, one client sent ${size}. To its room, that was ${delivered} delivered to ${clients(received)}. ` +
      `To everyone, it would have been ${everyone} to ${clients(total)}${times ? `, ${times} times as much` : ""}.`,

    "call.heading": "A call between two",
    "call.intro":
      "Open this page in two tabs or on two devices, enter the same room and start. Maru only introduces the two browsers to each other; picture, sound and text then travel directly between them.",
    "call.room": "Room",
    "call.start": "Start",
    "call.hangUp": "Hang up",
    "call.mute": "Mute microphone",
    "call.unmute": "Unmute microphone",
    "call.cameraOff": "Turn camera off",
    "call.cameraOn": "Turn camera on",
    "call.state.idle": "Not started",
    "call.state.preparing": "Asking for camera and microphone…",
    "call.state.joining": "Entering the room…",
    "call.state.waiting": "Waiting for someone to enter the room",
    "call.state.calling": "Someone is there, waiting for an answer…",
    "call.state.connecting": "Establishing the direct connection…",
    "call.state.open": "Connected directly",
    "call.state.interrupted": "The connection is interrupted…",
    "call.state.busy": "Two people are talking in this room. You will be connected when one of them leaves.",
    "call.state.unreachable":
      "There is no direct path to the other browser. This demo uses no STUN or TURN server, so both must be on the same network.",
    "call.state.reconnecting": "Lost the server, trying again…",
    "call.state.failed": "The server could not be reached.",
    "call.media.none": "\u00a0",
    "call.media.both": "Your camera and microphone are connected.",
    "call.media.audio": "Only your microphone is available, so you are heard but not seen.",
    "call.media.video": "Only your camera is available, so you are seen but not heard.",
    "call.media.denied": "No access to camera and microphone. The call goes on with text only.",
    "call.media.missing": "No camera or microphone can be used. The call goes on with text only.",
    "call.media.insecure":
      "Browsers allow camera and microphone only over HTTPS or on localhost. The call goes on with text only.",
    "call.remote": "Video of the other person",
    "call.local": "Your own video",
    "call.stage.idle": "The picture appears here.",
    "call.stage.text": "No picture from the other side.",
    "call.chat": "Text chat",
    "call.channel.closed": "Data channel closed",
    "call.channel.connecting": "Data channel connecting",
    "call.channel.open": "Data channel open",
    "call.chat.log": "Messages of the call",
    "call.chat.input": "Message",
    "call.chat.send": "Send",
    "call.chat.me": "Me",
    "call.chat.peer": "Them",
    "call.chat.opened": "Connected. You can write now.",
    "call.chat.ended": "The connection has ended.",

    "footer.heading": "In your own page",
    "footer.plain": "Plain WebSocket",
    "footer.plainNote": "no library",
    "footer.maru": "maru.js",
    "footer.maruNote": "3 kB, served by this server",
    "footer.socketio": "Socket.IO 4",
    "footer.socketioNote": "official client, served by this server",
    "footer.code": "Code for a {kind} client",
    "footer.files": "Client files:",
  },

  ko: {
    "app.title": "마루 · 실시간으로 만나는 방",
    "app.name": "마루",
    "nav.label": "화면 선택",
    "nav.rooms": "방",
    "nav.call": "통화",
    "lang.other": "English",

    "rooms.heading": "메시지는 누구에게 갈까요?",
    "rooms.intro":
      "카드 하나가 서버에 따로 연결된 클라이언트 하나입니다. 연결해서 방에 들어간 다음, 네 가지 방법으로 메시지를 보내 보세요. 일반 WebSocket과 Socket.IO 클라이언트가 같은 방에서 만납니다.",
    "rooms.connectAll": "모두 연결하고 입장",
    "rooms.disconnectAll": "모두 연결 끊기",
    "rooms.add": "+ 클라이언트 추가",
    "rooms.cards": "클라이언트 목록",
    "rooms.everyoneNote":
      "‘모두’에는 다른 탭과 다른 브라우저까지, 이 서버에 접속한 모든 클라이언트가 포함됩니다.",

    "client.title": "클라이언트 {name}",
    "client.remove": "클라이언트 {name} 제거",
    "client.kind": "접속 방식",
    "client.kind.plain": "일반 WebSocket",
    "client.kind.socketio": "Socket.IO",
    "client.kind.unavailable":
      "이 서버에는 /socket.io/socket.io.esm.min.js 파일이 없어 Socket.IO를 선택할 수 없습니다.",
    "client.connect": "연결",
    "client.disconnect": "연결 끊기",
    "client.state.closed": "연결 안 됨",
    "client.state.connecting": "연결 중…",
    "client.state.open": "연결됨",
    "client.room": "방",
    "client.join": "입장",
    "client.leave": "퇴장",
    "client.message": "메시지",
    "client.message.preset": "안녕하세요, {name}입니다",
    "client.sendTo": "받는 사람",
    "client.send.echo": "나에게만",
    "client.send.all": "모두에게",
    "client.send.others": "나만 빼고 모두",
    "client.send.room": "내 방에",
    "client.log": "클라이언트 {name}에 도착한 메시지",
    "client.log.empty": "아직 도착한 메시지가 없습니다.",

    "status.none": "\u00a0",
    "status.connectFailed": "서버에 연결하지 못했습니다.",
    "status.lost": "서버와의 연결이 끊어졌습니다.",
    "status.reconnecting": "연결이 끊어져 다시 연결하는 중입니다…",
    "status.echo": "메시지가 나에게 되돌아왔습니다.",
    "status.delivered": ({ n }) => (n === 0 ? "받을 사람이 아무도 없었습니다." : `${n}명에게 전달되었습니다.`),

    "arrival.chat": "방",
    "arrival.echo": "에코",
    "arrival.broadcast": "전체",
    "arrival.joined": "입장",
    "arrival.left": "퇴장",
    "arrival.problem": "오류",
    "arrival.room": "방 {roomId}",

    "problem.Invalid JSON": "서버가 메시지를 읽지 못했습니다(잘못된 JSON).",
    "problem.Unknown message type": "서버가 모르는 종류의 메시지입니다.",
    "problem.Invalid roomId": "방 ID가 올바르지 않습니다.",
    "problem.Not in room": "이 클라이언트는 그 방에 들어가 있지 않습니다.",

    "traffic.heading": "메시지 전송량",
    "traffic.delivered": "이 페이지에 실제로 전달된 양",
    "traffic.everyone": "매번 모두에게 보냈다면",
    "traffic.explain": "메시지 본문만 센 값으로, 이 페이지에서 연결된 클라이언트 수를 기준으로 합니다.",
    "traffic.reset": "초기화",

    "guide.heading": "클라이언트가 100개라면?",
    "guide.intro":
      "이 페이지에서 일반 WebSocket 클라이언트 100개를 열어 3명, 2명, 4명씩 방에 나눠 넣습니다. 그중 3명이 있는 방에서 한 클라이언트가 자기 방에 1 KB를 보냅니다. 어떤 점에 불이 들어오는지 보세요.",
    "guide.run": "실행",
    "guide.runAgain": "다시 실행",
    "guide.phase.idle": "\u00a0",
    "guide.phase.opening": "연결하는 중: {total}개 중 {done}개",
    "guide.phase.joining": "방에 들어가는 중: {total}개 중 {done}개",
    "guide.phase.sending": "한 방에 1 KB를 보내는 중…",
    "guide.phase.checking": "받은 메시지를 확인하는 중: {total}개 중 {done}개",
    "guide.phase.closing": "연결을 닫는 중…",
    "guide.phase.done": "끝났습니다. 연결 {total}개를 모두 닫았습니다.",
    "guide.phase.failed": "실행하지 못했습니다: {reason}. 연결은 모두 닫았습니다.",
    "guide.dots": "방별로 묶어 점으로 나타낸 클라이언트 100개",
    "guide.legend.idle": "연결 안 됨",
    "guide.legend.joined": "방에 있음",
    "guide.legend.sender": "보냄",
    "guide.legend.received": "받음",
    "guide.bar.room": "방에만",
    "guide.bar.all": "모두에게",
    "guide.sentence": ({ room, size, received, delivered, total, everyone, times }) =>
      `${room}명이 있는 방에서 한 클라이언트가 ${size} 메시지를 보냈습니다. 방에만 보내니 ${received}명에게 ${delivered}가 전달되었습니다. ` +
      `모두에게 보냈다면 ${total}명에게 ${everyone}${times ? `, 그러니까 ${times}배를` : "를"} 보내야 했을 것입니다.`,

    "call.heading": "둘이서 통화하기",
    "call.intro":
      "탭 두 개나 기기 두 대에서 이 페이지를 열고 같은 방 이름으로 시작하세요. 마루는 두 브라우저를 이어 주기만 합니다. 그다음 영상과 음성, 글은 두 브라우저가 직접 주고받습니다.",
    "call.room": "방",
    "call.start": "시작",
    "call.hangUp": "통화 종료",
    "call.mute": "마이크 끄기",
    "call.unmute": "마이크 켜기",
    "call.cameraOff": "카메라 끄기",
    "call.cameraOn": "카메라 켜기",
    "call.state.idle": "시작 전",
    "call.state.preparing": "카메라와 마이크 사용 권한을 요청하는 중…",
    "call.state.joining": "방에 들어가는 중…",
    "call.state.waiting": "상대방을 기다리는 중",
    "call.state.calling": "방에 상대방이 있습니다. 응답을 기다리는 중…",
    "call.state.connecting": "상대방과 직접 연결하는 중…",
    "call.state.open": "직접 연결됨",
    "call.state.interrupted": "연결이 불안정합니다…",
    "call.state.busy": "이 방에서는 이미 두 사람이 통화 중입니다. 한 사람이 나가면 연결됩니다.",
    "call.state.unreachable":
      "상대방 브라우저에 직접 연결할 수 없습니다. 이 데모는 STUN·TURN 서버를 쓰지 않으므로 두 사람이 같은 네트워크에 있어야 합니다.",
    "call.state.reconnecting": "서버와 연결이 끊어져 다시 시도하는 중…",
    "call.state.failed": "서버에 연결하지 못했습니다.",
    "call.media.none": "\u00a0",
    "call.media.both": "내 카메라와 마이크가 연결되어 있습니다.",
    "call.media.audio": "마이크만 사용할 수 있어 음성만 전달됩니다.",
    "call.media.video": "카메라만 사용할 수 있어 영상만 전달됩니다.",
    "call.media.denied": "카메라와 마이크를 사용할 권한이 없어 글로만 대화합니다.",
    "call.media.missing": "사용할 수 있는 카메라나 마이크가 없어 글로만 대화합니다.",
    "call.media.insecure":
      "카메라와 마이크는 HTTPS나 localhost에서만 쓸 수 있어 글로만 대화합니다.",
    "call.remote": "상대방 영상",
    "call.local": "내 영상",
    "call.stage.idle": "여기에 영상이 나타납니다.",
    "call.stage.text": "상대방이 보내는 영상이 없습니다.",
    "call.chat": "채팅",
    "call.channel.closed": "데이터 채널 닫힘",
    "call.channel.connecting": "데이터 채널 연결 중",
    "call.channel.open": "데이터 채널 열림",
    "call.chat.log": "통화 중 주고받은 메시지",
    "call.chat.input": "메시지",
    "call.chat.send": "보내기",
    "call.chat.me": "나",
    "call.chat.peer": "상대방",
    "call.chat.opened": "연결되었습니다. 이제 대화를 나눌 수 있습니다.",
    "call.chat.ended": "연결이 끝났습니다.",

    "footer.heading": "내 페이지에서 쓰기",
    "footer.plain": "일반 WebSocket",
    "footer.plainNote": "라이브러리 없음",
    "footer.maru": "maru.js",
    "footer.maruNote": "3 kB, 이 서버가 제공",
    "footer.socketio": "Socket.IO 4",
    "footer.socketioNote": "이 서버가 제공하는 공식 클라이언트",
    "footer.code": "{kind} 클라이언트 코드",
    "footer.files": "클라이언트 파일:",
  },
};

let current = initialLanguage();
const parametersOf = new WeakMap();

function initialLanguage() {
  const remembered = readRemembered();
  if (remembered in STRINGS) return remembered;
  return navigator.language?.toLowerCase().startsWith("ko") ? "ko" : "en";
}

// Storage throws when the user has blocked it; the page then just forgets.
function readRemembered() {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

function remember(language) {
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // see readRemembered
  }
}

export function hasString(key) {
  return key in STRINGS.en;
}

export function t(key, parameters = {}) {
  const string = STRINGS[current][key];
  if (string === undefined) throw new Error(`No string for ${key}`);
  if (typeof string === "function") return string(parameters);
  return string.replace(/\{(\w+)\}/g, (_, name) => String(parameters[name]));
}

/** Gives an element a text that follows the language from now on. */
export function say(node, key, parameters = {}) {
  node.dataset.i18n = key;
  parametersOf.set(node, parameters);
  node.textContent = t(key, parameters);
  return node;
}

/** Gives an element an accessible name that follows the language from now on. */
export function label(node, key, parameters = {}) {
  node.dataset.i18nLabel = key;
  parametersOf.set(node, parameters);
  node.setAttribute("aria-label", t(key, parameters));
  return node;
}

export function toggleLanguage() {
  current = current === "en" ? "ko" : "en";
  remember(current);
  translatePage();
}

export function translatePage() {
  document.documentElement.lang = current;
  document.title = t("app.title");
  for (const node of document.querySelectorAll("[data-i18n]")) {
    node.textContent = t(node.dataset.i18n, parametersOf.get(node));
  }
  for (const node of document.querySelectorAll("[data-i18n-label]")) {
    node.setAttribute("aria-label", t(node.dataset.i18nLabel, parametersOf.get(node)));
  }
  document.dispatchEvent(new Event("languageswitch"));
}
