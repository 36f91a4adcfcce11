#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""pages.py DIR: turns README.md and whatever it leads to into HTML pages in DIR.

cmark-gfm converts Markdown, mandoc the manual pages. Here links are followed: a page becomes .html, a
source file a page of its own, a folder a list. Each keeps its place in the tree, so the site also works
from a folder, without a server. A link that leads nowhere is an error.
"""
import html, os, posixpath, re, shutil, subprocess, sys

PICTURES = (".svg", ".png", ".jpg", ".css")
TOP = [("README.md", "Both Ends"), ("docs/guide/README.md", "The guide"), ("docs/netcat.md", "Netcat"),
       ("docs/flowcharts/README.md", "Figures"), ("docs/instructor.md", "Teaching")]


def page_of(path):
    """Where a file of the tree stands in the site."""
    if os.path.isdir(path):
        return posixpath.join(path, "index.html")
    if path.endswith("README.md"):
        return path[:-len("README.md")] + "index.html"
    if path.endswith(".md"):
        return path[:-3] + ".html"
    return path if path.endswith(PICTURES) else path + ".html"


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", check=True).stdout


def plain(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def slug(heading):
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", plain(heading).lower()).strip().replace(" ", "-")


def from_markdown(path):
    text = open(path, encoding="utf-8").read()
    body = run("cmark-gfm", "--unsafe", "--github-pre-lang", "--full-info-string", "-e", "table", text=text)
    body = re.sub(r"<h([1-6])>(.*?)</h\1>", lambda m: '<h%s id="%s">%s</h%s>' % (m[1], slug(m[2]), m[2], m[1]), body)
    body = re.sub(r'<pre lang="(\w+)"(?: data-meta="([^"]*)")?>', block, body)
    return re.sub(r"<table>(.*?)</table>", r'<div class="wide"><table>\1</table></div>', body, flags=re.S)


def block(match):
    """A transcript says whose terminal it is; what is only for the tests is left out."""
    if match[1] != "console":
        return '<pre class="%s" tabindex="0">' % ("figure" if match[1] == "text" else "code")
    name = match[2].split(" ")[0]
    side = "server" if name.startswith("server") else "client"
    return '<pre class="console %s" data-terminal="%s" tabindex="0">' % (side, name)


def from_source(path):
    text = open(path, encoding="utf-8").read()
    return '<h1>%s</h1>\n<pre class="source" tabindex="0"><code>%s</code></pre>\n' % (html.escape(path), html.escape(text))


def from_folder(path):
    rows = "".join('<li><a href="%s">%s</a></li>\n' % (name, name) for name in sorted(os.listdir(path)))
    return "<h1>%s</h1>\n<ul>\n%s</ul>\n" % (html.escape(path), rows)


def content(path):
    if os.path.isdir(path):
        readme = posixpath.join(path, "README.md")
        return from_markdown(readme) if os.path.exists(readme) else from_folder(path)
    if path.endswith(".md"):
        return from_markdown(path)
    if path.startswith("docs/man/") and shutil.which("mandoc"):
        return run("mandoc", "-T", "html", "-O", "fragment", path)
    return from_source(path)


def link_to(target, page):
    return posixpath.relpath(page_of(target), posixpath.dirname(page) or ".")


def make(path, wanted):
    """One page; what it links to is added to wanted."""
    page = page_of(path)
    folder = path if os.path.isdir(path) else posixpath.dirname(path)

    def follow(match):
        url, anchor = (match[2].split("#", 1) + [""])[:2]
        if not url or re.match(r"[a-z]+:", url):
            return match[0]
        target = posixpath.normpath(posixpath.join(folder, html.unescape(url)))
        if not os.path.exists(target):
            sys.exit("site: %s links to %s, which is not there" % (path, url))
        wanted.append(target)
        return '%s="%s%s"' % (match[1], html.escape(link_to(target, page)), "#" + anchor if anchor else "")

    body = content(path)
    if not path.endswith((".c", ".h")):
        body = re.sub(r'\b(href|src)="([^"]*)"', follow, body)
    first = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.S)
    title = plain(first[1]).strip() if first and not path.startswith("docs/man/") else posixpath.basename(path)
    top = "".join('<a href="%s">%s</a>\n' % (link_to(p, page), name) for p, name in TOP if os.path.exists(p))
    return """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>%s</title>
<link rel="stylesheet" href="%s"/>
</head>
<body>
<nav>
%s</nav>
<main>
%s</main>
</body>
</html>
""" % (html.escape(title), link_to("docs/site/style.css", page), top, body)


def main(out):
    wanted, done = [p for p, _ in TOP if os.path.exists(p)] + ["docs/site/style.css"], set()
    while wanted:
        path = wanted.pop()
        if page_of(path) in done:
            continue
        done.add(page_of(path))
        target = os.path.join(out, page_of(path))
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        if path.endswith(PICTURES):
            shutil.copy(path, target)
        else:
            with open(target, "w", encoding="utf-8") as file:
                file.write(make(path, wanted))
    print("site: %d files in %s" % (len(done), out))


if len(sys.argv) != 2:
    sys.exit("usage: pages.py DIR")
main(sys.argv[1])
