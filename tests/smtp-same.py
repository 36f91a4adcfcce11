# SPDX-License-Identifier: MIT
"""smtp-same.py STORED SENT [wire]: compares a message in a Maildir with what was sent, byte for byte.

STORED must begin with Return-Path and Received, and behind them be equal to the file SENT. With `wire`,
SENT is all that a client sent: the message is what stands there between DATA and CRLF.CRLF, with the
stuffed dots taken off."""
import re
import sys

stored = open(sys.argv[1], 'rb').read()
sent = open(sys.argv[2], 'rb').read()
if 'wire' in sys.argv:
    sent = re.split(rb'(?i)\r\nDATA\r\n', sent, 1)[1]
    sent = b'\r\n' + sent
    sent = sent[2:sent.index(b'\r\n.\r\n') + 2]
    sent = re.sub(rb'(\A|(?<=\r\n))\.', b'', sent)
trace = re.match(rb'Return-Path: <[^\r\n]*>\r\nReceived: from [^\r\n]*\r\n(\t[^\r\n]*\r\n){2,3}', stored)
if not trace:
    sys.exit(f'Return-Path and Received do not stand in front: {stored[:300]!r}')
if stored[trace.end():] != sent:
    sys.exit(f'expected: {sent[:2000]!r}\nactual:   {stored[trace.end():][:2000]!r}')
