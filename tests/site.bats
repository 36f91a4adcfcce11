#!/usr/bin/env bats
# scripts/site: the guide as a web site. Every link leads somewhere, every page is well-formed.
# variants: plain
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
for path, page in pages.items():
    for element in page.iter():
        for url in (element.get("href"), element.get("src")):
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

# Chromium tells how wide the page came out; a page that is wider than the screen has to be pushed about.
width_in() {
  local size=$1 page=$2 copy
  copy=$(dirname "$page")/measured-$size.html
  sed 's|</body>|<script>document.title = "wide " + document.documentElement.scrollWidth + " of " + innerWidth;</script></body>|' "$page" >"$copy"
  timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --window-size="$size" \
    --dump-dom "file://$copy" 2>/dev/null 3>&- 4>&- | sed -n 's|.*<title>wide \([0-9]*\) of \([0-9]*\)</title>.*|\1 \2|p'
  rm "$copy"
}

@test "in a real browser it fits a phone and a projector" {
  slow
  site
  need chromium
  local size page wide screen
  for size in 390,844 1920,1080; do
    for page in index.html docs/guide/tcp.html docs/netcat.html docs/man/tcp-upper-server.1.html; do
      read -r wide screen < <(width_in "$size" "$SITE/$page")
      echo "$page at $size: $wide of $screen"
      [ "$wide" -le "$screen" ]
    done
  done
  timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --window-size=390,844 \
    --screenshot="$PWD/phone.png" "file://$SITE/docs/guide/tcp.html" 2>/dev/null 3>&- 4>&-
  [ "$(wc -c <phone.png)" -gt 20000 ] # an empty page of that size is 3 kB
}
