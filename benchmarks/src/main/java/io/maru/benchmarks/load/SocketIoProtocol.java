package io.maru.benchmarks.load;

/**
 * Socket.IO 4 over WebSocket alone.
 *
 * @see <a href="https://github.com/socketio/socket.io/tree/main/docs/socket.io-protocol">Socket.IO protocol 5</a>
 */
final class SocketIoProtocol implements Protocol {

    private final Key chat = new Key("[\"chat\"");
    private final Key echo = new Key("[\"echo\"");
    private final Key message = new Key("\"message\":\"");

    @Override
    public String target() {
        return "/socket.io/?EIO=4&transport=websocket";
    }

    @Override
    public boolean hasHandshake() {
        return true;
    }

    @Override
    public String enter(String namespace) {
        return "40" + comma(namespace);
    }

    @Override
    public boolean isOpening(byte[] in, int from, int to) {
        return to > from && in[from] == '0';
    }

    @Override
    public boolean isEntered(byte[] in, int from, int to) {
        return starts(in, from, to, '0');
    }

    @Override
    public boolean isPing(byte[] in, int from, int to) {
        return to == from + 1 && in[from] == '2';
    }

    @Override
    public String pong() {
        return "3";
    }

    @Override
    public String event(String namespace, String name, int number, String fields) {
        return "42" + comma(namespace) + (number < 0 ? "" : number) + "[\"" + name + "\",{" + fields + "}]";
    }

    @Override
    public int answered(byte[] in, int from, int to) {
        return starts(in, from, to, '3') ? Key.number(in, behindNamespace(in, from + 2, to), to) : -1;
    }

    @Override
    public int message(boolean isChat, byte[] in, int from, int to) {
        if (!starts(in, from, to, '2')) {
            return -1;
        }
        int at = behindNamespace(in, from + 2, to);
        return (isChat ? chat : echo).isAt(in, at, to) ? message.after(in, from, to) : -1;
    }

    private static boolean starts(byte[] in, int from, int to, char type) {
        return to >= from + 2 && in[from] == '4' && in[from + 1] == type;
    }

    private static int behindNamespace(byte[] in, int from, int to) {
        if (from >= to || in[from] != '/') {
            return from;
        }
        int at = from;
        while (at < to && in[at] != ',') {
            at++;
        }
        return at + 1;
    }

    private static String comma(String namespace) {
        return namespace.isEmpty() ? "" : namespace + ",";
    }
}
