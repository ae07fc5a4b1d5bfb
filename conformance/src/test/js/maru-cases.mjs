// What maru.js does with a server behind a network that breaks. Runs on Node and, as it imports nothing, in a page.

const equal = (actual, expected) => {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(value));
  if (is !== should) throw new Error(`${is} instead of ${should}`);
};
const next = (socket, type) => new Promise((resolve) => socket.once(type, (...args) => resolve(args[0])));
const reasonOf = (promise) => promise.then(() => "answered", ({ code }) => code);

async function until(condition, what) {
  for (const end = Date.now() + 30_000; !(await condition()); ) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The cases for a server: "plain", or one that keeps sessions ("session"), or one that asks for a first message ("auth"). */
export function casesOf({ maru, url, mode, options }) {
  const opened = [];
  const open = (more = {}, path = "/") => {
    const auth = mode === "auth" ? { token: "열쇠" } : undefined;
    const socket = maru(url + path, { auth, minDelay: 10, maxDelay: 100, timeout: 30_000, ...options, ...more });
    opened.push(socket);
    return socket;
  };
  const enter = async (more, path) => {
    const socket = open(more, path);
    await next(socket, "connect");
    return socket;
  };
  const echo = (socket, value) => socket.emit("echo", [value]);

  const cases = {
    async "asks and is asked"() {
      const socket = await enter({}, mode === "auth" ? "/" : "/?token=열쇠");
      equal((await socket.emit("who")).auth, { token: "열쇠" });
      const text = '마루 — 😀 \u2028 \u0000 "quoted\\" \n'.repeat(50);
      equal(await socket.emit("echo", { text }), { text });
      equal(await socket.emit("echo", [1, "two"]), [1, "two"]);
      equal(await reasonOf(socket.emit("nobody answers", {}, 50)), "timeout");
      socket.on("question", async (what) => `${what}!`);
      const answered = next(socket, "answered");
      socket.send("ask-me", ["마루"]);
      equal(await answered, "마루!");
    },

    async "is in a namespace, and hears its rooms"() {
      const [one, two] = await Promise.all([enter({}, "/a"), enter({}, "/a")]);
      const heard = next(two, "said");
      await two.emit("join", ["방 1"]);
      await one.emit("say", ["방 1", { text: "hi" }]);
      equal(await heard, { text: "hi" });
    },

    async "settles each question once when it is cut off in the middle"() {
      const socket = await enter();
      const answers = [];
      const heard = [];
      socket.on("echo", (i) => heard.push(i));
      for (let i = 0; i < 400; i++) {
        echo(socket, i).then(() => answers.push("answered"), ({ code }) => answers.push(code));
        if (i === 200) socket.send("cut-me", [true]);
      }
      await next(socket, "connect");
      equal(await echo(socket, "back"), "back");
      await until(() => answers.length === 400, "all answers");
      equal(answers.every((answer) => answer === "answered" || answer === "lost"), true);
      equal(answers.includes("lost"), true);
      equal(heard.length, new Set(heard).size);
    },

    async "comes back, and hears its room again"() {
      const speaker = await enter();
      const ends = [];
      const recovered = [];
      const heard = [];
      const socket = open();
      socket.on("said", (n) => heard.push(n)).on("disconnect", ({ code }) => ends.push(code));
      socket.on("connect", async (event) => {
        recovered.push(event.recovered);
        if (!event.recovered) await socket.emit("join", ["lobby"]).catch(() => {});
        socket.send("echo", ["in"]);
      });
      await next(socket, "echo");
      for (let round = 0; round < 4; round++) {
        await speaker.emit("say", ["lobby", round]);
        await until(() => heard.includes(round), "what was said");
        const back = [next(speaker, "connect"), next(socket, "echo")];
        socket.send("cut-me", [round % 2 === 0]);
        await Promise.all(back);
      }
      equal(heard, [0, 1, 2, 3]);
      equal(ends, [1006, 1006, 1006, 1006]);
      equal(recovered, [false, ...Array(4).fill(mode === "session")]);
    },

    async "gets what it has missed where sessions are kept, once and in order"() {
      const speaker = await enter();
      let last;
      class Watched extends (options?.WebSocket ?? WebSocket) {
        constructor(...args) {
          super(...args);
          last = this;
        }
      }
      const socket = await enter({ WebSocket: Watched });
      const heard = [];
      socket.on("said", (what) => heard.push(what));
      await socket.emit("join", ["missed"]);
      for (let round = 0; round < 3; round++) {
        const end = next(socket, "disconnect");
        const back = next(socket, "connect");
        // who is back before the server has noticed that he was away begins anew
        await speaker.emit("close-entrance");
        const { id } = await socket.emit("who");
        last.close();
        await end;
        await until(async () => !(await speaker.emit("is-here", [id])).here, "that the server has noticed");
        await speaker.emit("say", ["missed", `away ${round}`]);
        await speaker.emit("open-entrance");
        if (!(await back).recovered) await socket.emit("join", ["missed"]);
        await speaker.emit("say", ["missed", `back ${round}`]);
        await until(() => heard.includes(`back ${round}`), "what was said after the return");
      }
      const rounds = [0, 1, 2].map((round) => [`away ${round}`, `back ${round}`]);
      equal(heard, mode === "session" ? rounds.flat() : rounds.map(([, back]) => back));
    },

    async "keeps what it may while it is away, in order"() {
      const socket = await enter({ buffer: 3 });
      const heard = [];
      socket.on("echo", (n) => heard.push(n));
      socket.send("cut-me", [true]);
      await next(socket, "disconnect");
      equal([1, 2].map((n) => socket.send("echo", [n])), [true, true]);
      const kept = echo(socket, 3);
      equal(socket.send("echo", [4]), false);
      equal(await reasonOf(echo(socket, 5)), "full");
      equal(await kept, 3);
      equal(heard, [1, 2, 3]);
    },

    async "finds a connection that carries nothing any more"() {
      const socket = await enter({ liveness: 400 });
      const end = next(socket, "disconnect");
      await echo(socket, "before");
      socket.send("freeze-me");
      const asked = reasonOf(echo(socket, "into the void"));
      const start = Date.now();
      equal((await end).reason, "silence");
      if (Date.now() - start > 10_000) throw new Error("that took long");
      equal(await asked, "lost");
      await next(socket, "connect");
      equal(await echo(socket, "back"), "back");
      // Node's own WebSocket has no other way to let go of what nobody answers
      socket.send("cut-frozen");
    },

    async "stays as long as there is life"() {
      let pings = 0;
      class Watched extends (options?.WebSocket ?? WebSocket) {
        send(text) {
          if (text.includes('"ping"')) pings++;
          super.send(text);
        }
      }
      const socket = await enter({ liveness: 2_000, WebSocket: Watched });
      let ends = 0;
      socket.on("disconnect", () => ends++);
      await until(() => pings > 4, "that it asks");
      equal(await echo(socket, "still here"), "still here");
      equal(ends, 0);
    },

    async "comes back to a server that was restarted"() {
      const socket = await enter();
      const end = next(socket, "disconnect");
      const back = next(socket, "connect");
      socket.send("restart-me");
      equal((await end).code, 1012);
      const kept = echo(socket, "kept meanwhile");
      equal((await back).recovered, false);
      equal(await kept, "kept meanwhile");
    },

    async "stays away when it is sent away, until it is told to come"() {
      const socket = await enter();
      const end = next(socket, "disconnect");
      socket.send("disconnect-me", [true]);
      equal(await end, { code: 1000, reason: "forced server close" });
      equal(socket.state, "closed");
      equal(await reasonOf(echo(socket, 1)), "closed");
      await next(socket.connect(), "connect");
      equal(await echo(socket, 2), 2);
    },

    async "does not insist when it is refused"() {
      const socket = open({ auth: { refuse: "closed today" } }, mode === "auth" ? "/" : "/?refuse=1");
      const error = next(socket, "error");
      await Promise.race([next(socket, "disconnect"), next(socket, "connect_error")]);
      const { code, message, data } = await error;
      equal([code, message, Boolean(data)], ["refused", "you may not enter", true]);
      equal(socket.state, "closed");
    },

    async "closes"() {
      const observer = await enter();
      const socket = await enter();
      const { id } = await socket.emit("who");
      const asked = reasonOf(socket.emit("nobody answers"));
      await socket.close();
      equal(await asked, "closed");
      equal(typeof (await observer.emit("end-of", [id])), "string");
    },
  };

  return Object.fromEntries(
    Object.entries(cases).map(([name, body]) => [
      name,
      async () => {
        try {
          await body();
        } finally {
          await Promise.all(opened.splice(0).map((socket) => socket.close()));
        }
      },
    ]),
  );
}
