#!/usr/bin/env bats
# variants: plain
# A browser loads a page with style, script, 20 images and a video, and seeks in it. The page tells what
# it has seen by asking for one more file, so that the server's log holds the browser's report.
load helper
load web

page() {
  mkdir -p www/images
  cp "$ROOT/tests/web-seek.webm" www/
  python3 -c "
import struct, zlib
def chunk(t, d): return struct.pack('>I', len(d)) + t + d + struct.pack('>I', zlib.crc32(t + d))
for i in range(20):
    row = b'\0' + bytes([12 * i, 255 - 12 * i, 128]) * 48
    open('www/images/%d.png' % i, 'wb').write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 48, 48, 8, 2, 0, 0, 0))
        + chunk(b'IDAT', zlib.compress(row * 48)) + chunk(b'IEND', b''))"
  printf 'h1 { color: rgb(0, 100, 0) }\n' >www/style.css
  cat >www/script.mjs <<'END'
const video = document.querySelector('video');
const wait = (what, name) => new Promise(done => what.addEventListener(name, done, {once: true}));
if (document.readyState !== 'complete') await wait(window, 'load');
if (video.readyState < 2) await wait(video, 'loadeddata');
video.currentTime = 7.5;
await wait(video, 'seeked');
const images = [...document.images].filter(i => i.complete && i.naturalWidth === 48).length;
const colour = getComputedStyle(document.querySelector('h1')).color.replaceAll(' ', '');
document.querySelector('p').textContent = `${images} images, ${video.videoWidth} wide, at ${video.currentTime} s`;
await fetch(`/report?images=${images}&colour=${colour}&width=${video.videoWidth}&time=${video.currentTime}`);
END
  {
    printf '<!DOCTYPE html><title>All of it</title><link rel="stylesheet" href="style.css"><h1>All of it</h1><p></p>\n'
    printf '<img src="images/%d.png">' {0..19}
    printf '\n<br><video src="web-seek.webm" muted preload="auto" controls></video>\n<script type="module" src="script.mjs"></script>\n'
  } >www/index.html
}

browse() {
  start browser chromium --headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --user-data-dir="$PWD/profile" --remote-debugging-port=0 "http://127.0.0.1:$PORT/"
}

reported() {
  PATIENCE=60 eventually grep -q 'GET /report' server.out
  same 'GET /report?images=20&colour=rgb(0,100,0)&width=160&time=7.5 HTTP/1.1' \
    "$(sed -n 's/.*"\(GET \/report[^"]*\)".*/\1/p' server.out)"
  for i in {0..19}; do grep -q "\"GET /images/$i.png HTTP/1.1\" 200 " server.out; done
  grep -q '"GET /web-seek.webm HTTP/1.1" 206 ' server.out
}

@test "chromium and web-server" {
  need chromium
  SERVER=web-server
  page
  server -d www
  browse
  reported
  quiet server
}

@test "chromium and web-server-simple, one request at a time" {
  need chromium
  SERVER=web-server-simple
  page
  server -d www
  browse
  reported
}
