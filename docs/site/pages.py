#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""pages.py DIR: turns README.md and whatever it leads to into HTML pages in DIR.

Links are followed: a page becomes .html, a source file a page of its own, a folder a list. Each keeps its
place in the tree, so the site also works from a folder, without a server. A link that leads nowhere is an error.
"""
import html, json, os, posixpath, re, shutil, sys
import content

COPIED = (".svg", ".png", ".jpg", ".css", ".js")
ASSETS = ["docs/site/style.css", "docs/site/site.js", "docs/site/search.js"]
INDEX = "docs/site/search-index.js"
TOP = [("README.md", "Both Ends"), ("docs/guide/README.md", "The guide"), ("docs/netcat.md", "Netcat"),
       ("docs/flowcharts/README.md", "Figures"), ("docs/exercises/README.md", "Exercises"),
       ("docs/instructor.md", "Teaching")]

LAYOUT = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>%(title)s</title>
<link rel="stylesheet" href="%(root)sdocs/site/style.css"/>
<script src="%(root)sdocs/site/site.js"></script>
</head>
<body>
<a class="skip" href="#text">To the text</a>
<header>
<nav aria-label="Site">
%(top)s</nav>
<form role="search" action="%(root)ssearch.html">
<input id="query" type="search" name="q" placeholder="Search ( / )" aria-label="Search"/>
</form>
</header>
<div class="page %(kind)s">
%(contents)s<main id="text">
%(body)s%(turn)s</main>
</div>
</body>
</html>
"""

SEARCH = """<h1>Search</h1>
<noscript><p>The search needs JavaScript. Without it, start from the lists of <a href="index.html">Both Ends</a>.</p></noscript>
<p id="found" role="status"></p>
<ol id="results"></ol>
<script src="%s"></script>
<script src="docs/site/search.js"></script>
""" % INDEX


def page_of(path):
    """Where a file of the tree stands in the site."""
    if os.path.isdir(path):
        return posixpath.join(path, "index.html")
    if path.endswith("README.md"):
        return path[:-len("README.md")] + "index.html"
    if path.endswith(".md"):
        return path[:-3] + ".html"
    return path if path.endswith(COPIED) else path + ".html"


def relative(target, page):
    return posixpath.relpath(target, posixpath.dirname(page) or ".")


class Page:
    """A file of the tree, and which others it leads to."""

    def __init__(self, path):
        self.path, self.page, self.content, self.links = path, page_of(path), content.of(path), []
        self.body = self.content.body
        if not path.endswith((".c", ".h")):
            self.body = re.sub(r'\b(href|src)="([^"]*)"', self.follow, self.body)

    def follow(self, match):
        url, anchor = (match[2].split("#", 1) + [""])[:2]
        if not url or re.match(r"[a-z]+:", url):
            return match[0]
        folder = self.path if os.path.isdir(self.path) else posixpath.dirname(self.path)
        target = posixpath.normpath(posixpath.join(folder, html.unescape(url)))
        if not os.path.exists(target):
            sys.exit("site: %s links to %s, which is not there" % (self.path, url))
        self.links.append(target)
        there = html.escape(relative(page_of(target), self.page))
        return '%s="%s%s"' % (match[1], there, "#" + anchor if anchor else "")


def read_all():
    """All that README leads to: pages by their place in the site, and what is only copied."""
    pages, copied, wanted = {}, set(ASSETS), [p for p, _ in TOP if os.path.exists(p)]
    for path in wanted:
        if path.endswith(COPIED):
            copied.add(path)
        elif page_of(path) not in pages:
            pages[page_of(path)] = page = Page(path)
            wanted += page.links
    return pages, copied


def kind_of(page):
    """Text is read first, then the programs, then their manuals, then the rest."""
    path = page.path
    if os.path.isdir(path) and not os.path.exists(posixpath.join(path, "README.md")):
        path = posixpath.join(path, sorted(os.listdir(path))[0])  # a list goes with what it lists
    if os.path.isdir(path) or path.endswith(".md"):
        return 0
    if path.endswith((".c", ".h")):
        return 1
    return 2 if path.startswith("docs/man/") else 3


def reading_order(pages):
    """The order in which README and the guide lead to the pages; the guide is a course, and goes first."""
    first = [page for page in ("index.html", "docs/guide/index.html") if page in pages]
    below, seen, queue = {}, set(first), list(first)
    for page in queue:
        below[page] = []
        for link in map(page_of, pages[page].links):
            if link in pages and link not in seen:
                seen.add(link)
                below[page].append(link)
                queue.append(link)
    below["index.html"] = first[1:] + below["index.html"]
    order, rest = [], ["index.html"]
    while rest:
        order.append(rest.pop(0))
        rest = below[order[-1]] + rest
    return sorted((pages[page] for page in order), key=kind_of)


def contents_list(sections):
    if not sections:
        return ""
    rows = "".join('<li class="level%d"><a href="#%s">%s</a></li>\n'
                   % (level, html.escape(anchor), html.escape(title))
                   for anchor, level, title in sections)
    return ('<nav class="contents" aria-label="On this page">\n<details open="open"><summary>On this page</summary>\n'
            '<ol>\n%s</ol>\n</details>\n</nav>\n' % rows)


def link(page, title, target, attributes=""):
    return '<a %shref="%s">%s</a>' % (attributes, html.escape(relative(target, page)), html.escape(title))


def companions(page, pages):
    """Under a program's or a manual's name: its other half, and the texts of docs/ that lead to it."""
    name = re.sub(r"\.\w+$", "", posixpath.basename(page.path))
    other = [p for p in pages.values() if kind_of(p) in (1, 2) and p is not page
             and posixpath.basename(p.path) in (name + ".c", name + ".1")]
    texts = [p for p in pages.values() if kind_of(p) == 0 and p.path.startswith("docs/") and page.page in map(page_of, p.links)]
    return " · ".join(link(page.page, p.content.title, p.page) for p in other + texts)


def turn(page, before, after):
    """The previous page and the next one, at the foot."""
    links = ""
    for rel, word, other in (("prev", "Previous", before), ("next", "Next", after)):
        if other:
            links += '<a rel="%s" href="%s"><small>%s</small> %s</a>\n' % (
                rel, html.escape(relative(other.page, page)), word, html.escape(other.content.title))
    return '<nav class="turn" aria-label="Pages in order">\n%s</nav>\n' % links


def layout(page, title, kind, body, contents="", foot=""):
    top = "".join(link(page, name, page_of(p), 'aria-current="page" ' if page_of(p) == page else "") + "\n"
                  for p, name in TOP if os.path.exists(p))
    title = title if title == "Both Ends" else title + " - Both Ends"
    return LAYOUT % {"title": html.escape(title), "root": "../" * page.count("/"), "top": top, "kind": kind,
                     "contents": contents, "body": body, "turn": foot}


def search_index(pages):
    """A script, because a page that is opened as a file may load one, but may not fetch data."""
    rows = [[page.page, page.content.title, anchor, section, text, line]
            for page in pages if not page.path.endswith((".mmd", ".txt"))
            for anchor, section, text, line in page.content.texts if text or section]
    return "const INDEX = [\n%s\n];\n" % ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def write(out, name, text):
    target = os.path.join(out, name)
    os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)


def main(out):
    pages, copied = read_all()
    order = reading_order(pages)
    for page, before, after in zip(order, [None] + order, order[1:] + [None]):
        kind = ("text", "program", "manual", "source")[kind_of(page)]
        body = page.body
        if kind in ("program", "manual"):
            body = body.replace("</h1>\n", "</h1>\n<p class=\"companions\">%s</p>\n" % companions(page, pages), 1)
        write(out, page.page, layout(page.page, page.content.title, kind, body,
                                     contents_list(page.content.sections), turn(page.page, before, after)))
    write(out, "search.html", layout("search.html", "Search", "text", SEARCH))
    write(out, INDEX, search_index(order))
    for path in copied:
        os.makedirs(os.path.dirname(os.path.join(out, path)), exist_ok=True)
        shutil.copy(path, os.path.join(out, path))
    print("site: %d files in %s" % (len(order) + len(copied) + 2, out))


if len(sys.argv) != 2:
    sys.exit("usage: pages.py DIR")
main(sys.argv[1])
