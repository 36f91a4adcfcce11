# SPDX-License-Identifier: MIT
"""What a page shows: a file of the tree as HTML, with its sections and what a search finds in it.

cmark-gfm converts Markdown, mandoc the manual pages. A program gets a number and an anchor for each line.
"""
import collections, html, os, posixpath, re, shutil, subprocess

# sections: (anchor, level, title), for the contents list.
# texts: (anchor, title, text, first line), for the search. Only a source has line numbers; others have 0.
Content = collections.namedtuple("Content", "title body sections texts")

HEADING = re.compile(r'<h([23])[^>]*\bid="([^"]+)"[^>]*>(.*?)</h\1>', re.S)
DRAWN = re.compile("[\u2500-\u257f\u25c4\u25ba]+")  # the lines of figures, which nobody looks for
# What a reader looks for in C: the boxes of the flowchart, and functions. The brace stands alone in its line.
BOX = re.compile(r"/\* Box: ([^.;:,*]+)")
FUNCTION = re.compile(r"(?:\w[\w *]*[ *])?(\w+)\([^;]*$")
C_TOKEN = re.compile(r'(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\')', re.S)


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", check=True).stdout


def plain(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def one_line(markup):
    return " ".join(plain(markup).split())


def of(path):
    if os.path.isdir(path):
        readme = posixpath.join(path, "README.md")
        return from_markdown(readme) if os.path.exists(readme) else from_folder(path)
    if path.endswith(".md"):
        return from_markdown(path)
    if path.startswith("docs/man/") and shutil.which("mandoc"):
        return from_manual(path)
    return from_source(path)


def from_html(title, body):
    """A page whose headings are its sections."""
    headings = list(HEADING.finditer(body))
    sections = [(m[2], int(m[1]), one_line(m[3])) for m in headings]
    starts = [0] + [m.end() for m in headings]
    ends = [m.start() for m in headings] + [len(body)]
    names = [("", "")] + [(anchor, name) for anchor, _, name in sections]
    texts = [(anchor, name,
              one_line(DRAWN.sub(" ", body[start:end])), 0) for (anchor, name), start, end in zip(names, starts, ends)]
    return Content(title, body, sections, texts)


def from_markdown(path):
    text = open(path, encoding="utf-8").read()
    body = run("cmark-gfm", "--unsafe", "--github-pre-lang", "--full-info-string", "--table-prefer-style-attributes",
               "-e", "table", text=text)
    body = with_anchors(body)
    body = re.sub(r'<pre lang="(\w+)"(?: data-meta="([^"]*)")?>', block, body)
    body = re.sub(r"<table>(.*?)</table>", r'<div class="wide"><table>\1</table></div>', body, flags=re.S)
    first = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.S)
    return from_html(one_line(first[1]) if first else posixpath.basename(path), body)


def with_anchors(body):
    """Each heading gets the anchor that GitHub gives it; the second of a name ends in -1."""
    used = collections.Counter()

    def anchored(match):
        slug = re.sub(r"[^\w\- ]", "", plain(match[2]).lower()).strip().replace(" ", "-")
        used[slug] += 1
        again = "-%d" % (used[slug] - 1) if used[slug] > 1 else ""
        return '<h%s id="%s%s">%s</h%s>' % (match[1], slug, again, match[2], match[1])

    return re.sub(r"<h([1-6])>(.*?)</h\1>", anchored, body)


def block(match):
    """A transcript says whose terminal it is; what is only for the tests is left out."""
    if match[1] != "console":
        return '<pre class="%s" tabindex="0">' % ("figure" if match[1] == "text" else "code")
    name = match[2].split(" ")[0]
    side = "server" if name.startswith("server") else "client"
    return '<pre class="console %s" data-terminal="%s" tabindex="0">' % (side, name)


def from_manual(path):
    """mandoc's headings go one level down, below the page's own."""
    title = re.sub(r"\.(\d)$", r"(\1)", posixpath.basename(path))
    body = run("mandoc", "-T", "html", "-O", "fragment", path)
    body = re.sub(r"<(/?)h([12])\b", lambda m: "<%sh%d" % (m[1], int(m[2]) + 1), body)
    return from_html(title, '<h1>%s</h1>\n%s' % (html.escape(title), body))


def from_folder(path):
    rows = "".join('<li><a href="%s">%s</a></li>\n' % (name, name) for name in sorted(os.listdir(path)))
    return Content(path, "<h1>%s</h1>\n<ul>\n%s</ul>\n" % (html.escape(path), rows), [], [("", "", path, 0)])


def from_source(path):
    """Every line has an anchor: #L12. The style sheet shows the numbers, so they are not copied with the text."""
    text = open(path, encoding="utf-8").read()
    is_c = path.endswith((".c", ".h"))
    markup = coloured(text) if is_c else html.escape(text)
    lines = "".join('<span class="line" id="L%d"><a href="#L%d" aria-label="line %d"></a>%s\n</span>' % (n, n, n, line)
                    for n, line in enumerate(markup.splitlines(), 1))
    body = '<h1>%s</h1>\n<pre class="source" tabindex="0"><code>%s</code></pre>\n' % (html.escape(path), lines)
    sections = list(sections_of_c(text.splitlines())) if is_c else []
    return Content(path, body, sections, list(texts_of_source(text.splitlines(), sections)))


def coloured(text):
    """C as HTML, with its comments and strings marked, line by line."""
    result, end = [], 0
    for token in C_TOKEN.finditer(text):
        result.append(html.escape(text[end:token.start()]))
        mark = '<span class="%s">' % token.lastgroup
        result.append(mark + html.escape(token[0]).replace("\n", "</span>\n" + mark) + "</span>")
        end = token.end()
    return "".join(result) + html.escape(text[end:])


def sections_of_c(lines):
    function = ""
    for number, line in enumerate(lines, 1):
        box, start = BOX.search(line), FUNCTION.match(line)
        if start:
            function = (start[1], number)
        if function and line == "{":
            yield "L%d" % function[1], 2, function[0] + "()"
            function = ""
        elif box:
            yield "L%d" % number, 3, box[1].strip()


def texts_of_source(lines, sections):
    starts = [0] + [int(anchor[1:]) - 1 for anchor, _, _ in sections]
    names = [""] + [name for _, _, name in sections]
    for name, start, end in zip(names, starts, starts[1:] + [len(lines)]):
        yield "L%d" % (start + 1), name, "\n".join(lines[start:end]), start + 1
