package io.maru.benchmarks.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plot of lines, as SVG: on white, so that it reads on dark pages too. */
final class Plot {

    /** One line. */
    record Line(String name, List<Point> points) {

        Line {
            points = List.copyOf(points);
        }
    }

    /** One point of a line. */
    record Point(double x, double y) {}

    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int LEFT = 72;
    private static final int RIGHT = 170;
    private static final int TOP = 44;
    private static final int BOTTOM = 56;
    private static final List<String> COLOURS =
            List.of("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b");

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final List<Line> lines;
    private final Axis x;
    private final Axis y;
    private final StringBuilder svg = new StringBuilder();

    /** A plot; logarithmic axes have no 0. */
    Plot(String title, String xLabel, boolean xLog, String yLabel, List<Line> lines) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
        this.lines = List.copyOf(lines);
        List<Double> xs = new ArrayList<>();
        List<Double> ys = new ArrayList<>();
        for (Line line : lines) {
            for (Point point : line.points()) {
                xs.add(point.x());
                ys.add(point.y());
            }
        }
        x = Axis.over(xs, xLog, LEFT, WIDTH - RIGHT);
        double least = ys.stream().mapToDouble(Double::doubleValue).min().orElse(1);
        double most = ys.stream().mapToDouble(Double::doubleValue).max().orElse(1);
        y = Axis.over(ys, least > 0 && most / least > 30, HEIGHT - BOTTOM, TOP);
    }

    String svg() {
        svg.setLength(0);
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\""
                        + " fill=\"#333\" role=\"img\" aria-label=\"%s\">",
                WIDTH, HEIGHT, escape(title));
        add("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, HEIGHT);
        text(LEFT, 24, "start", "font-size=\"15\" font-weight=\"bold\"", title);
        axes();
        for (int i = 0; i < lines.size(); i++) {
            line(lines.get(i), COLOURS.get(i % COLOURS.size()), i);
        }
        return svg.append("</svg>\n").toString();
    }

    private void axes() {
        for (double tick : x.ticks()) {
            double at = x.at(tick);
            add("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#e5e5e5\"/>", at, TOP, at, HEIGHT - BOTTOM);
            text(at, HEIGHT - BOTTOM + 18, "middle", "", Axis.label(tick));
        }
        for (double tick : y.ticks()) {
            double at = y.at(tick);
            add("<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#e5e5e5\"/>", LEFT, at, WIDTH - RIGHT, at);
            text(LEFT - 8, at + 4, "end", "", Axis.label(tick));
        }
        add("<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#888\"/>", LEFT, TOP, HEIGHT - BOTTOM, WIDTH - RIGHT);
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, "middle", "", xLabel);
        add(
                "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2, escape(yLabel));
    }

    private void line(Line line, String colour, int index) {
        StringBuilder path = new StringBuilder();
        for (Point point : line.points()) {
            path.append(String.format(
                    Locale.ROOT, "%s%.1f %.1f", path.isEmpty() ? "M" : "L", x.at(point.x()), y.at(point.y())));
            add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>", x.at(point.x()), y.at(point.y()), colour);
        }
        add("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", path, colour);
        int top = TOP + 8 + 20 * index;
        add("<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"4\" fill=\"%s\"/>", WIDTH - RIGHT + 12, top, colour);
        text(WIDTH - RIGHT + 30, top + 6, "start", "", line.name());
    }

    private void text(double atX, double atY, String anchor, String more, String words) {
        add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>", atX, atY, anchor, more, escape(words));
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escape(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
