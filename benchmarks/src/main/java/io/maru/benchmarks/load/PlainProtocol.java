package io.maru.benchmarks.load;

/** One JSON object a text frame. */
final class PlainProtocol implements Protocol {

    private final Key chat = new Key("\"type\":\"chat\"");
    private final Key echo = new Key("\"type\":\"echo\"");
    private final Key callback = new Key("\"type\":\"callback\"");
    private final Key joined = new Key("\"type\":\"joined\"");
    private final Key id = new Key("\"messageId\":");
    private final Key message = new Key("\"message\":\"");

    @Override
    public String target() {
        return "/";
    }

    @Override
    public boolean hasHandshake() {
        return false;
    }

    @Override
    public String enter(String namespace) {
        throw new UnsupportedOperationException("there is nothing to ask for");
    }

    @Override
    public boolean isOpening(byte[] in, int from, int to) {
        return false;
    }

    @Override
    public boolean isEntered(byte[] in, int from, int to) {
        return false;
    }

    @Override
    public boolean isPing(byte[] in, int from, int to) {
        return false;
    }

    @Override
    public String pong() {
        throw new UnsupportedOperationException("pings are frames here");
    }

    @Override
    public String event(String namespace, String name, int number, String fields) {
        return "{\"type\":\"" + name + "\"" + (number < 0 ? "" : ",\"messageId\":" + number) + "," + fields + "}";
    }

    @Override
    public int answered(byte[] in, int from, int to) {
        if (callback.after(in, from, to) < 0) {
            return joined.after(in, from, to) < 0 ? -1 : 0;
        }
        int at = id.after(in, from, to);
        return at < 0 ? -1 : Key.number(in, at, to);
    }

    @Override
    public int message(boolean isChat, byte[] in, int from, int to) {
        // the type first: the message itself is of the load generator's own making and has no quotes
        return (isChat ? chat : echo).after(in, from, to) < 0 ? -1 : message.after(in, from, to);
    }
}
