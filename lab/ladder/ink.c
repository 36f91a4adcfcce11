/* SPDX-License-Identifier: MIT */
#include "ink.h"
#include "tcp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *light, *dark;
} colours[] = {
    {"", "#57606a", "#9aa7b5"},       /* no state */
    {"listen", "#6d4bc4", "#b8a1ff"}, /* LISTEN */
    {"syn", "#6d4bc4", "#b8a1ff"},    /* SYN_SENT, and the arrow of connect */
    {"open", "#1a7f37", "#56d364"},   /* ESTABLISHED */
    {"wait", "#9a6700", "#e3b341"},   /* FIN_WAIT, and the arrow of FIN */
    {"wait", "#9a6700", "#e3b341"},   /* CLOSE_WAIT */
    {"wait", "#9a6700", "#e3b341"},   /* LAST_ACK */
    {"over", "#57606a", "#9aa7b5"},   /* TIME_WAIT */
    {"over", "#57606a", "#9aa7b5"},   /* CLOSED */
    {"data", "#0b5fc0", "#6cb6ff"},   /* the arrow of bytes */
    {"bad", "#b3151f", "#ff8078"},    /* what is lost or reset */
};

void xml(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '&' || *text == '<' || *text == '>')
            printf("&#%d;", *text);
        else
            putchar(*text);
}

void text(double x, double y, const char *anchor, const char *kind, const char *words)
{
    if (*words == '\0')
        return;
    printf("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"%s\" %s xml:space=\"preserve\">", x, y,
           anchor, kind);
    xml(words);
    puts("</text>");
}

void line(double x, double from, double to, int colour, bool waits)
{
    if (to > from)
        printf("<path d=\"M%.0f %.1fV%.1f\" class=\"%s\" stroke=\"%s\" stroke-width=\"%s\"%s/>\n",
               x, from, to, *colours[colour].name ? colours[colour].name : "dim",
               colours[colour].light, colour == 0 ? "1.5" : "3",
               waits ? " stroke-dasharray=\"2 6\"" : "");
}

void badge(double x, double y, enum state state)
{
    if (state == NO_STATE)
        return;
    const char *name = state_name(state);
    double wide = 8.0 * (double)strlen(name) + 14;
    printf("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"18\" rx=\"9\" class=\"%s\" "
           "fill=\"%s\"/>",
           x - wide / 2, y - 9, wide, colours[state].name, colours[state].light);
    text(x, y + 4, "middle", "class=\"on\" fill=\"#ffffff\" font-size=\"11\" font-weight=\"bold\"",
         name);
}

void start_arrow(double x1, double y1, double x2, double y2, int colour, bool lost)
{
    double length = hypot(x2 - x1, y2 - y1), dx = (x2 - x1) / length, dy = (y2 - y1) / length;
    printf(
        "<g class=\"%s\" stroke=\"%s\" fill=\"%s\"><path d=\"M%.1f %.1fL%.1f %.1f\" fill=\"none\" "
        "stroke-width=\"2\"%s/>",
        colours[colour].name, colours[colour].light, colours[colour].light, x1, y1,
        lost ? x2 : x2 - 6 * dx, lost ? y2 : y2 - 6 * dy, lost ? " stroke-dasharray=\"6 4\"" : "");
    if (lost)
        printf("<path d=\"M%.1f %.1fl12 12m0 -12l-12 12\" stroke-width=\"2.5\" fill=\"none\"/>",
               x2 - 6, y2 - 6);
    else
        printf("<path d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fZ\" stroke=\"none\"/>", x2, y2,
               x2 - 11 * dx - 5 * dy, y2 - 11 * dy + 5 * dx, x2 - 11 * dx + 5 * dy,
               y2 - 11 * dy - 5 * dx);
}

/* Dark screens. LibreOffice takes what stands in @media for always wanted, but knows no selectors
 * of this form; so it draws the light one. */
static void dark(const char *element, const char *name, const char *property, const char *colour)
{
    printf("%s[class~=%s]{%s:%s}", element, name, property, colour);
}

void style_sheet(void)
{
    puts("<style>@media (prefers-color-scheme: dark) {");
    dark("rect", "paper", "fill", "#0d1117");
    dark("text", "ink", "fill", "#e6edf3");
    dark("text", "dim", "fill", "#9aa7b5");
    dark("path", "dim", "stroke", "#6e7681");
    dark("text", "on", "fill", "#0d1117");
    dark("text", "halo", "stroke", "#0d1117");
    dark("rect", "box", "fill", "#161b22");
    dark("rect", "box", "stroke", "#6e7681");
    dark("rect", "badbox", "stroke", "#ff8078");
    for (size_t i = 1; i < sizeof colours / sizeof colours[0]; i++) {
        if (strcmp(colours[i].name, colours[i - 1].name) == 0)
            continue;
        putchar('\n');
        dark("path", colours[i].name, "stroke", colours[i].dark);
        dark("rect", colours[i].name, "fill", colours[i].dark);
        dark("text", colours[i].name, "fill", colours[i].dark);
        dark("g", colours[i].name, "stroke", colours[i].dark);
        dark("g", colours[i].name, "fill", colours[i].dark);
    }
    puts("}</style>");
}
