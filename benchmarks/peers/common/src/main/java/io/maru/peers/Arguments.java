package io.maru.peers;

/**
 * The options of a server on the command line.
 *
 * @param port where to listen
 * @param loops how many event loops there are
 * @param transport {@code nio}, or what else the library has
 */
public record Arguments(int port, int loops, String transport) {

    /**
     * Reads {@code --port N [--loops N] [--transport NAME]}.
     *
     * @param args the command line
     * @return the options
     */
    public static Arguments read(String[] args) {
        int port = 0;
        int loops = 1;
        String transport = "nio";
        for (int i = 0; i + 1 < args.length; i += 2) {
            String value = args[i + 1];
            switch (args[i]) {
                case "--port" -> port = Integer.parseInt(value);
                case "--loops" -> loops = Integer.parseInt(value);
                case "--transport" -> transport = value;
                default -> throw new IllegalArgumentException("--port, --loops or --transport expected: " + args[i]);
            }
        }
        return new Arguments(port, loops, transport);
    }
}
