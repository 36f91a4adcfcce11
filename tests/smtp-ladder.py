# SPDX-License-Identifier: MIT
"""smtp-ladder.py: what smtp-client -v printed, on stdin, as the ladder of docs/mail.md, on stdout."""
import sys

WIDTH = 76
print('client'.ljust(WIDTH - 3) + 'server')
for line in sys.stdin:
    who, text = line.rstrip('\n')[:2], line.rstrip('\n')[3:]
    if who == 'C:':
        print('  ├─ ' + (text + ' ' if text else '(an empty line) ').ljust(WIDTH - 5, '─') + '►│')
    else:
        print('  │◄' + (' ' + text + ' ').rjust(WIDTH - 5, '─') + '──┤')
