#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""report.py RESULTS IDLE SVG: the table and the plot of scripts/bench.

RESULTS has a line a measurement: server|clients|messages per second|99th percentile in us|lost.
Ratios are taken round by round, each server's k-th measurement to its peer's k-th, and their median is
shown: what slows the machine for a while slows both."""
import sys, html
from collections import defaultdict
from statistics import median

PEER = {"tcp-echo-server-polled": "bare epoll", "udp-echo-server": "bare UDP", "udp-upper-server": "bare UDP",
        "udp-echo-server (logging)": "udp-echo-server", "tcp-echo-server-threaded (logging)": "tcp-echo-server-threaded"}
GOALS = [("tcp-echo-server-threaded", "bare threads", 0.93), ("tcp-echo-server-threaded", "tcpsvd", 1.0),
         ("tcp-echo-server-polled", "bare epoll", 0.85), ("udp-echo-server", "bare UDP", 0.93),
         ("udp-upper-server", "bare UDP", 0.93)]

results = defaultdict(list)
for line in open(sys.argv[1]):
    server, clients, rate, p99, lost = line.rstrip("\n").split("|")
    results[server, int(clients)].append((float(rate), float(p99), int(lost)))
servers = list(dict.fromkeys(server for server, _ in results))
counts = sorted({clients for _, clients in results})


def ratio(server, peer, clients):
    pairs = list(zip(results.get((server, clients), []), results.get((peer, clients), [])))
    return median(a[0] / b[0] for a, b in pairs) if pairs else None


print("messages per second (99th percentile of the round trip, us); ratio to the peer")
print("%-36s %-25s" % ("", "peer") + "".join("%26s" % ("%d client%s" % (c, "s"[c == 1:])) for c in counts))
for server in servers:
    peer = PEER.get(server, "bare UDP" if server.startswith("udp") else "bare threads")
    row = "%-36s %-25s" % (server, peer if peer != server and not server.startswith("bare") else "")
    for clients in counts:
        measured = results.get((server, clients))
        if not measured:
            row += "%26s" % "-"
            continue
        r = None if server.startswith("bare") else ratio(server, peer, clients)
        row += "%26s" % ("%.0f (%.0f) %s" % (median(m[0] for m in measured), median(m[1] for m in measured),
                                             "     " if r is None else "%5.2f" % r))
    print(row)

print("\ngoals")
for server, peer, goal in GOALS:
    ratios = [r for r in (ratio(server, peer, c) for c in counts) if r is not None]
    if ratios:
        print("%-36s at least %.2f of %-14s %s  %s" % (server, goal, peer, " ".join("%5.2f" % r for r in ratios),
              "reached" if min(ratios) >= goal else "missed"))
try:
    _, held, each = open(sys.argv[2]).read().strip().split("|")
    print("%-36s %s idle connections, %s bytes each (goal: 10000, under 2048)" % ("tcp-echo-server-polled", held, each))
except FileNotFoundError:
    print("10,000 idle connections were not tried: the limit of descriptors is too low")

# The plot: messages per second over clients, both in steps of the same ratio.
import math
W, H, L, B = 860, 460, 70, 50
top = max(median(m[0] for m in v) for v in results.values())
low = min(median(m[0] for m in v) for v in results.values())
x = lambda c: L + (W - 330 - L) * math.log(c / counts[0] + 1e-9) / max(1e-9, math.log(counts[-1] / counts[0]))
y = lambda r: 30 + (H - 30 - B) * (math.log(top * 1.1) - math.log(r)) / (math.log(top * 1.1) - math.log(low * 0.9))
x0 = lambda c: x(c) if len(counts) > 1 else L
svg = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" font-family="sans-serif" font-size="12">' % (W, H),
       "<title>Echo servers: messages per second over clients</title>",
       "<style>text{fill:#222}.grid{stroke:#ccc}@media(prefers-color-scheme:dark){svg{background:#111}text{fill:#ddd}.grid{stroke:#444}}</style>",
       '<text x="%d" y="18">messages per second</text>' % L,
       '<text x="%d" y="%d">clients</text>' % ((L + W - 330) / 2, H - 8)]
tick = 10 ** math.floor(math.log10(low))
while tick < top * 1.1:
    for step in (1, 2, 5):
        if low * 0.9 <= tick * step <= top * 1.1:
            svg.append('<line class="grid" x1="%d" x2="%d" y1="%.0f" y2="%.0f"/><text x="%d" y="%.0f" text-anchor="end">%d</text>'
                       % (L, W - 330, y(tick * step), y(tick * step), L - 6, y(tick * step) + 4, tick * step))
    tick *= 10
for c in counts:
    svg.append('<text x="%.0f" y="%d" text-anchor="middle">%d</text>' % (x0(c), H - B + 20, c))
for i, server in enumerate(servers):
    colour = "hsl(%d,65%%,45%%)" % (360 * i / len(servers))
    points = ["%.0f,%.0f" % (x0(c), y(median(m[0] for m in results[server, c]))) for c in counts if (server, c) in results]
    dash = ' stroke-dasharray="5 4"' if server.startswith("bare") else ""
    svg.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="2"%s/>' % (" ".join(points), colour, dash))
    svg += ['<circle cx="%s" cy="%s" r="3" fill="%s"/>' % (*p.split(","), colour) for p in points]
    svg.append('<rect x="%d" y="%d" width="12" height="12" fill="%s"/><text x="%d" y="%d">%s</text>'
               % (W - 310, 34 + 22 * i, colour, W - 292, 44 + 22 * i, html.escape(server)))
svg.append("</svg>")
open(sys.argv[3], "w").write("\n".join(svg) + "\n")
print("\nplot: " + sys.argv[3])
