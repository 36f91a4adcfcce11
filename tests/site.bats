#!/usr/bin/env bats
# scripts/site: the guide as a web site. Every link leads somewhere, every page is well-formed; contents, order, search,
# colours and line numbers are there for a reader, with a server and without one.
# variants: plain
# slow
load helper
bats_require_minimum_version 1.5.0

setup_file() {
  command -v cmark-gfm >/dev/null || return 0
  "$BATS_TEST_DIRNAME/../scripts/site" "$BATS_FILE_TMPDIR/site" >"$BATS_FILE_TMPDIR/said" 2>&1 3>&- 4>&- ||
    cat "$BATS_FILE_TMPDIR/said"
}

site() {
  need cmark-gfm python3
  SITE=$BATS_FILE_TMPDIR/site
  [ -s "$SITE/index.html" ]
}

@test "it says how many files it made, and where" {
  site
  same "site: $(find "$SITE" -type f | wc -l) files in $SITE" "$(<"$BATS_FILE_TMPDIR/said")"
}

@test "every page of docs/ that README or the guide leads to is there" {
  site
  local page
  for page in "$ROOT"/docs/guide/*.md; do
    page=$(basename "$page" .md)
    [ -s "$SITE/docs/guide/${page/README/index}.html" ] || { echo "no $page"; return 1; }
  done
  for page in netcat instructor tcp-upper udp-upper udp-echo tcp-echo tcp-greet tcp-connect; do
    [ -s "$SITE/docs/$page.html" ] || { echo "no $page"; return 1; }
  done
}

# A checker of its own, which knows nothing of how the pages were made.
@test "every page is well-formed, every link and every anchor leads somewhere" {
  site
  run -0 python3 - "$SITE" <<'CODE'
import os, sys, urllib.parse, xml.etree.ElementTree as tree
site, pages, wrong, links = sys.argv[1], {}, 0, 0
for folder, _, names in os.walk(site):
    for name in names:
        if name.endswith(".html"):
            path = os.path.join(folder, name)
            pages[path] = tree.parse(path).getroot()
            ids = [e.get("id") for e in pages[path].iter() if e.get("id")]
            for twice in set(i for i in ids if ids.count(i) > 1):
                wrong += 1
                print("%s: two are #%s" % (path, twice))
for path, page in pages.items():
    for element in page.iter():
        for url in (element.get("href"), element.get("src"), element.get("action")):
            if not url or urllib.parse.urlparse(url).scheme:
                continue
            links += 1
            target, _, anchor = url.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
            if not os.path.isfile(target):
                wrong += 1
                print("%s: %s leads nowhere" % (path, url))
            elif anchor and not any(e.get("id") == anchor for e in pages[target].iter()):
                wrong += 1
                print("%s: there is no #%s in %s" % (path, anchor, target))
print("%d pages, %d links, %d wrong" % (len(pages), links, wrong))
sys.exit(1 if wrong or len(pages) < 30 or links < 300 else 0)
CODE
}

@test "transcripts are shown as they stand in the source" {
  site
  python3 - "$SITE/docs/guide/tcp.html" "$ROOT/docs/guide/tcp.md" <<'CODE'
import re, sys, xml.etree.ElementTree as tree
shown = ["".join(e.itertext()) for e in tree.parse(sys.argv[1]).iter("pre")]
written = re.findall(r"^```.*\n((?:.*\n)*?)```$", open(sys.argv[2], encoding="utf-8").read(), re.M)
assert shown == written and len(shown) >= 3, (shown, written)
CODE
}

# The headings below the title, in their order; of a program the boxes of the flowchart, each at its line.
@test "every page with sections has a contents list of them, which is open without JavaScript" {
  site
  python3 - "$SITE" "$ROOT" <<'CODE'
import glob, re, sys, xml.etree.ElementTree as tree
site, root, lists = sys.argv[1], sys.argv[2], 0
def words(element): return " ".join("".join(element.itertext()).split())
for path in glob.glob(site + "/**/*.html", recursive=True):
    page = tree.parse(path)
    rows = [(a.get("href"), words(a)) for a in page.findall(".//nav[@class='contents']/details[@open]/ol/li/a")]
    source = re.search(r"/((tcp|udp)/.*\.c|web/web-server-simple\.c)\.html$", path)
    if source:
        boxes = [("#L%d" % n, found[1].strip()) for n, line in enumerate(open(root + "/" + source[1]), 1)
                 for found in [re.search(r"/\* Box: ([^.;:,*]+)", line)] if found]
        rows = [row for row in rows if not row[1].endswith("()")]
        assert rows == boxes and len(boxes) >= 4, (path, rows, boxes)
    elif not path.endswith((".c.html", ".h.html")):
        headings = [("#" + e.get("id"), words(e)) for e in page.iter() if e.tag in ("h2", "h3")]
        assert rows == headings, (path, rows, headings)
    lists += bool(rows)
assert lists >= 60, lists
CODE
}

@test "previous and next are one chain through all pages, in the order of README and the guide" {
  site
  python3 - "$SITE" "$ROOT" <<'CODE'
import glob, os, re, sys, xml.etree.ElementTree as tree
site, root = sys.argv[1:]
def turn(page, rel):
    found = tree.parse(os.path.join(site, page)).findall(".//nav[@class='turn']/a[@rel='%s']" % rel)
    assert len(found) <= 1, (page, rel)
    return os.path.normpath(os.path.join(os.path.dirname(page), found[0].get("href"))) if found else None
chain, page, before = [], "index.html", None
while page:
    assert page not in chain and turn(page, "prev") == before, (page, before)
    chain.append(page)
    page, before = turn(page, "next"), page
pages = {os.path.relpath(p, site) for p in glob.glob(site + "/**/*.html", recursive=True)}
assert pages - set(chain) == {"search.html"}, pages - set(chain)
def named_in(file, pattern):
    return re.findall(pattern, open(os.path.join(root, file), encoding="utf-8").read(), re.M)
guide = ["docs/guide/%s.html" % name for name in named_in("docs/guide/README.md", r"^\d+\. \[.*\]\((.*)\.md\)$")]
pairs = [name + ".html" for name in named_in("README.md", r"^\| .*?\[.*?\]\((docs/[\w-]+)\.md\)")]
assert len(guide) >= 11 and len(pairs) >= 8
assert chain[:2 + len(guide)] == ["index.html", "docs/guide/index.html"] + guide, chain
assert [p for p in chain if p in pairs] == pairs, chain
CODE
}

@test "a program is shown as it is, a line that can be linked to for each, and its pair's page leads to it" {
  site
  python3 - "$SITE" "$ROOT" <<'CODE'
import glob, os, re, sys, xml.etree.ElementTree as tree
site, root = sys.argv[1:]
programs = glob.glob(root + "/tcp/*.c") + glob.glob(root + "/udp/*.c") + [root + "/web/web-server-simple.c"]
assert len(programs) >= 17
pairs = {p: {os.path.normpath(os.path.join(site, "docs", a.get("href").split("#")[0])) for a in tree.parse(p).findall(".//main//a")}
         for p in glob.glob(site + "/docs/*.html")}
for program in programs:
    page = os.path.join(site, os.path.relpath(program, root)) + ".html"
    text = open(program, encoding="utf-8").read()
    source = tree.parse(page).find(".//pre[@class='source']")
    assert "".join(source.itertext()) == text, page
    lines = source.findall("./code/span")
    assert [(l.get("id"), l.find("a").get("href")) for l in lines] == \
        [("L%d" % n, "#L%d" % n) for n in range(1, text.count("\n") + 1)], page
    assert any(page in links for pair, links in pairs.items() if not re.search("instructor|netcat", pair)), page
CODE
}

# Wherever a page may load something from: an attribute, a style sheet, a script, a figure.
@test "nothing is loaded from elsewhere" {
  site
  python3 - "$SITE" <<'CODE'
import os, re, sys, xml.etree.ElementTree as tree
seen = 0
def ours(url, path):
    assert not re.match(r"\s*([a-z]+:)?//", url or "", re.I), (path, url)
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        if name.endswith((".html", ".svg")):
            for e in tree.parse(path).iter():
                loads = ["src", "srcset", "poster", "data", "action", "{http://www.w3.org/1999/xlink}href"]
                loads += ["href"] if e.tag.split("}")[-1] in ("link", "image", "use", "script") else []
                for attribute in loads:
                    seen += e.get(attribute) is not None
                    ours(e.get(attribute), path)
        if name.endswith((".css", ".svg")):
            for url in re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')]*)", open(path, encoding="utf-8").read()):
                ours(url, path)
        if name in ("site.js", "search.js"):
            assert not re.search(r"https?:|fetch\(|XMLHttpRequest|import\b", open(path, encoding="utf-8").read()), path
assert seen > 300, seen
CODE
}

@test "a link that leads nowhere is an error that names the page" {
  need cmark-gfm
  mkdir -p tree/docs/site tree/scripts
  cp "$ROOT/scripts/site" tree/scripts/
  cp "$ROOT"/docs/site/* tree/docs/site/
  printf '# A\n\n[there](docs/nowhere.md)\n' >tree/README.md
  run -1 tree/scripts/site out
  [[ $output == *"README.md links to docs/nowhere.md, which is not there"* ]]
}

@test "--serve serves it with web-server" {
  need cmark-gfm curl
  [ -x "$BIN_DIR/web-server" ] || skip "there is no web-server"
  start serve "$ROOT/scripts/site" --serve 0
  eventually grep -q 'listening on' serve.out
  local port
  port=$(sed -n 's/^web-server: listening on .* port //p' serve.out)
  curl -fsS -m 20 "http://127.0.0.1:$port/docs/guide/index.html" >got.html
  cmp got.html "$ROOT/build/site/docs/guide/index.html"
  curl -fsS -m 20 -o style.css -w '%{content_type}\n' "http://127.0.0.1:$port/docs/site/style.css" | grep -q '^text/css'
  quiet serve
}

@test "--serve without web-server says so in one line" {
  need cmark-gfm
  mkdir empty
  run -1 env BIN_DIR="$PWD/empty" "$ROOT/scripts/site" --serve
  same 1 "${#lines[@]}"
  [[ $output == "site: there is no $PWD/empty/web-server to serve it: build first"* ]]
}

@test "--help is its own head, an unknown option is wrong usage" {
  run -0 "$ROOT/scripts/site" --help
  [[ $output == *"scripts/site --serve [PORT]"* ]]
  run -2 "$ROOT/scripts/site" --nonsense
}

# in_browser SIZE PAGE[?QUERY][#ANCHOR] SCRIPT [OPTION...]: what SCRIPT returns, in Chromium, once the page is loaded from
# its file. SCHEME=0: the system is dark.
in_browser() {
  local size=$1 page=${2%%[?#]*} script=$3 address copy
  copy=$SITE/${page%.html}-asked.html
  address=file://$copy${2#"$page"}
  shift 3
  {
    sed 's|</body>||; s|</html>||' "$SITE/$page"
    printf '<script>addEventListener("load", async () => { let said;\n'
    printf 'const wait = ms => new Promise(done => setTimeout(done, ms));\n'
    printf 'try { said = await (async () => { %s })(); } catch (e) { said = e; }\n' "$script"
    printf 'document.title = "said " + said; });</script></body></html>\n'
  } >"$copy"
  timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --window-size="$size" \
    --blink-settings=preferredColorScheme="${SCHEME:-1}" --virtual-time-budget=20000 "$@" --dump-dom "$address" \
    2>/dev/null 3>&- 4>&- | sed -n 's|.*<title>said \(.*\)</title>.*|\1|p'
  rm "$copy"
}

# A page that is wider than the screen has to be pushed about.
@test "in a real browser it fits a phone and a projector" {
  slow
  site
  need chromium
  local size page wide screen
  for size in 390,844 1920,1080; do
    for page in index.html docs/guide/tcp.html docs/netcat.html docs/man/tcp-upper-server.1.html tcp/tcp-upper-server.c.html \
      'search.html?q=recv'; do
      read -r wide screen < <(in_browser "$size" "$page" 'return document.documentElement.scrollWidth + " " + innerWidth')
      echo "$page at $size: $wide of $screen"
      [ "$wide" -le "$screen" ]
    done
  done
  timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --window-size=390,844 \
    --screenshot="$PWD/phone.png" "file://$SITE/docs/guide/tcp.html" 2>/dev/null 3>&- 4>&-
  [ "$(wc -c <phone.png)" -gt 20000 ] # an empty page of that size is 3 kB
}

# found QUERY: the addresses of the results, then what is said about them.
found() {
  in_browser 1400,900 "search.html?q=$1" '
    const links = [...document.querySelectorAll("#results a")].map(a => a.getAttribute("href"));
    return [...links, document.getElementById("found").textContent].join(" ");'
}

@test "the search finds a word that stands on one page only, and says plainly when there is none" {
  slow
  site
  need chromium
  # Words, each with the one page on which it stands; from the pages themselves, not from the index.
  python3 - "$SITE" >only <<'CODE'
import collections, os, re, sys, xml.etree.ElementTree as tree
site, where = sys.argv[1], collections.defaultdict(set)
for folder, _, names in os.walk(site):
    for name in names:
        if name.endswith(".html"):
            path = os.path.join(folder, name)
            text = "".join(tree.parse(path).find(".//main").itertext()).lower()
            for word in re.findall(r"[a-z]+", text):
                where[word].add(os.path.relpath(path, site))
for page in ("docs/guide/tcp.html", "docs/instructor.html", "docs/man/socktrace.1.html", "udp/udp-ping.c.html"):
    print(max((w for w in where if where[w] == {page} and not any(w in v and v != w for v in where)), key=len), page)
CODE
  local word page
  while read -r word page; do
    echo "$word: $page"
    [[ $(found "$word") =~ ^("$page"(#[^ ]+)?\ )+(One\ section|[0-9]+\ sections):$ ]]
  done <only
  same 4 "$(wc -l <only)"
  same 'Nothing found: no section has “zyzzyva” in it.' "$(found zyzzyva)"
  same 'Nothing found: no section has “zyzzyva” and “recv” in it.' "$(found 'zyzzyva%20recv')"
  [[ $(found '') == 'Type what you look for'* ]]
}

@test "a result has its page, its section and an excerpt; in a program it leads to the line" {
  slow
  site
  need chromium
  local line
  line=$(grep -n 'close(connection);' "$ROOT/tcp/tcp-upper-server.c" | cut -d: -f1)
  [[ " $(found 'close(connection);') " == *" tcp/tcp-upper-server.c.html#L$line "* ]]
  run -0 in_browser 1400,900 'search.html?q=one%20client%20at%20a%20time%20queue' '
    return [...document.querySelectorAll("#results li")].map(li => li.innerText.replace(/\s+/g, " ")).join(" / ")'
  [[ $output == *"Uppercase over TCP: one client at a time › A second client waits"*"keeps it in the queue of listen"* ]]
}

@test "the search is used by keyboard: / goes there, arrows through the results, Enter to one" {
  slow
  site
  need chromium
  local press='const press = key => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));'
  same query "$(in_browser 1400,900 docs/tcp-upper.html "$press press('/'); return document.activeElement.id")"
  same '1 2 1 query' "$(in_browser 1400,900 'search.html?q=recv' "$press
    const links = [...document.querySelectorAll('#results a')], seen = [];
    press('/');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp']) {
      press(key);
      seen.push(document.activeElement.id || links.indexOf(document.activeElement) + 1);
    }
    return seen.join(' ')")"
  same true "$(in_browser 1400,900 'search.html?q=recv' '
    const first = document.querySelector("#results a");
    let went = false;
    first.onclick = event => { event.preventDefault(); went = true; };
    document.getElementById("query").form.requestSubmit();
    return went')"
}

@test "the contents list stays beside the text; on a phone it is folded above it" {
  slow
  site
  need chromium
  same 'sticky open' "$(in_browser 1400,900 docs/tcp-upper.html '
    const list = document.querySelector(".contents");
    return getComputedStyle(list).position + (list.firstElementChild.open ? " open" : " folded")')"
  same 'static folded' "$(in_browser 390,844 docs/tcp-upper.html '
    const list = document.querySelector(".contents");
    return getComputedStyle(list).position + (list.firstElementChild.open ? " open" : " folded")')"
}

# With a server and in real time: Chromium draws no new frame while it dumps a page, and observers see only what is drawn.
# The page says what it has seen by asking for one more file.
@test "the contents list marks the section that is read" {
  slow
  site
  need chromium
  [ -x "$BIN_DIR/web-server" ] || skip "there is no web-server"
  cp -R "$SITE" www
  cat >www/docs/ask.js <<'CODE'
addEventListener("load", async () => {
  const frame = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));
  const now = () => [...document.querySelectorAll(".contents [aria-current]")].map(a => a.hash.slice(1)).join("+");
  const headings = [...document.querySelectorAll("h2")];
  const seen = [];
  const at = async (element, further) => {
    element.scrollIntoView();
    scrollBy(0, further);
    await frame();
    seen.push(now());
  };
  for (const h of headings.slice(0, -2)) await at(h, 100); // the heading itself is out of sight then
  await at(document.querySelector(".turn"), 0);
  await at(headings[1], 0);
  await fetch("/report?" + seen.join(","));
});
CODE
  sed -i.old 's|</body>|<script src="ask.js"></script></body>|' www/docs/tcp-upper.html
  # shellcheck disable=SC2034 # server's
  SERVER=web-server
  server -d www
  start browser chromium --headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --user-data-dir="$PWD/profile" --remote-debugging-port=0 --window-size=1400,1200 "http://127.0.0.1:$PORT/docs/tcp-upper.html"
  PATIENCE=60 eventually grep -q 'GET /report' server.out
  # All but the last two, which have not enough below them to get to the top; at the foot the last.
  local sections
  sections=$(sed -n 's/^## //p' "$ROOT/docs/tcp-upper.md" | tr 'A-Z ' 'a-z-')
  same "$(sed '$d' <<<"$sections" | sed '$d' | paste -sd, -),$(tail -n 1 <<<"$sections"),$(sed -n 2p <<<"$sections")" \
    "$(sed -n 's|.*"GET /report?\([^ ]*\) .*|\1|p' server.out)"
}

@test "a line that is linked to is marked, and copying a program does not copy the numbers" {
  slow
  site
  need chromium
  run -0 in_browser 1400,900 'tcp/tcp-upper-server.c.html#L60' '
    const pre = document.querySelector("pre.source"), line = document.getElementById("L60");
    const shown = getComputedStyle(line.querySelector("a"), "::before").content;
    const back = e => getComputedStyle(e).backgroundColor;
    getSelection().selectAllChildren(pre);
    const place = line.getBoundingClientRect();
    return [shown, back(line) !== back(line.nextElementSibling) && back(line) !== back(pre), place.top > 0 && place.bottom < innerHeight,
      String(getSelection()).trimEnd() === pre.textContent.trimEnd()].join(" ")'
  same 'counter(line) true true true' "$output"
}

@test "dark or light: as the system says, until the button says otherwise, which is remembered" {
  slow
  site
  need chromium
  local script='
    const dark = () => getComputedStyle(document.documentElement).colorScheme;
    const before = sessionStorage.getItem("before");
    if (before) return before + " " + dark() + " " + document.getElementById("theme").textContent;
    sessionStorage.setItem("before", dark());
    document.getElementById("theme").click();
    sessionStorage.setItem("before", sessionStorage.getItem("before") + " " + dark());
    location.reload();
    await wait(60000);'
  same 'light dark dark Light' "$(SCHEME=1 in_browser 1400,900 index.html "$script")"
  rm -r profile
  same 'dark light light Dark' "$(SCHEME=0 in_browser 1400,900 index.html "$script")"
}

# WCAG 2, level AA: 4.5 to 1, for all text that is shown, numbers of lines and names of terminals, too.
@test "contrast is enough in both, as the browser paints it" {
  slow
  site
  need chromium
  local page scheme least ratio seen
  for page in docs/tcp-upper.html 'tcp/tcp-upper-server.c.html#L60' 'search.html?q=recv' docs/man/tcp-upper-server.1.html; do
    for scheme in 0 1; do
      rm -rf profile
      least=$(SCHEME=$scheme in_browser 1400,900 "$page" '
        const parts = colour => colour.match(/[\d.]+/g).map(Number);
        const light = colour => parts(colour).slice(0, 3).map(v => v / 255)
          .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
          .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = e => {
          for (; e; e = e.parentElement) {
            const back = getComputedStyle(e).backgroundColor;
            if (parts(back).length === 3) return back;
          }
          return "rgb(255, 255, 255)";
        };
        const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        let least = [99], seen = 0;
        const look = (e, pseudo) => {
          const r = ratio(light(getComputedStyle(e, pseudo).color), light(behind(e)));
          seen++;
          if (r < least[0]) least = [r, e.tagName + "." + e.className + (pseudo || "")];
        };
        for (let both = 0; both < 2; both++) {
          for (const e of document.body.querySelectorAll("*")) {
            if (!e.getClientRects().length) continue;
            if ([...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) look(e);
            if (getComputedStyle(e, "::before").content !== "none") look(e, "::before");
            if (e.placeholder) look(e, "::placeholder");
          }
          document.getElementById("theme").click();
        }
        return Math.floor(least[0] * 100) + " " + seen + " " + least[1];')
      echo "$page, scheme $scheme: $least"
      read -r ratio seen _ <<<"$least"
      [ "$ratio" -ge 450 ]
      [ "$seen" -gt 100 ]
    done
  done
}
