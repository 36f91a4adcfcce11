# SPDX-License-Identifier: MIT
"""python3 tests/interposed.py DYLIB: the pairs of the section __DATA,__interpose of a Mach-O library of
64 bits, as dyld will find them: "REPLACEMENT ORIGINAL LIBRARY" a line. Where a word holds no address of
a function, or the linker binds none, it shows "?"."""
import struct
import sys

data = open(sys.argv[1], 'rb').read()
assert data[:4] == b'\xcf\xfa\xed\xfe', 'no Mach-O file of 64 bits'
segments, dylibs, section, at = [], [], None, 32
symbols, bound, rebased = {}, {}, set()


def text(start):
    return data[start:data.index(b'\0', start)].decode()


def leb(i):
    value = shift = 0
    while True:
        value |= (data[i] & 127) << shift
        shift += 7
        i += 1
        if data[i - 1] < 128:
            return value, i


def bind(start, size):
    """The opcodes of <mach-o/loader.h> for pointers that are bound at once."""
    i, name, library, address = start, '', 0, 0
    while i < start + size:
        code, low = data[i] & 0xf0, data[i] & 15
        i += 1
        if code == 0x10:
            library = low
        elif code == 0x20:
            library, i = leb(i)
        elif code == 0x40:
            name, i = text(i), data.index(b'\0', i) + 1
        elif code == 0x60:
            _, i = leb(i)
        elif code == 0x70:
            more, i = leb(i)
            address = segments[low] + more
        elif code == 0x80:
            more, i = leb(i)
            address = (address + more) % 2**64
        elif code in (0x90, 0xa0, 0xb0, 0xc0):
            count, skip = 1, 0
            if code == 0xc0:
                count, i = leb(i)
            if code in (0xa0, 0xc0):
                skip, i = leb(i)
            for _ in range(count):
                bound[address] = name, library
                address += 8 + (low * 8 if code == 0xb0 else skip)


def rebase(start, size):
    i, address = start, 0
    while i < start + size:
        code, low = data[i] & 0xf0, data[i] & 15
        i += 1
        count, skip = 0, 0
        if code == 0x20:
            more, i = leb(i)
            address = segments[low] + more
        elif code == 0x30:
            more, i = leb(i)
            address += more
        elif code == 0x40:
            address += low * 8
        elif code == 0x50:
            count = low
        elif code in (0x60, 0x80):
            count, i = leb(i)
        if code in (0x70, 0x80):
            count = count or 1
            skip, i = leb(i)
        for _ in range(count):
            rebased.add(address)
            address += 8 + skip


for _ in range(struct.unpack_from('<I', data, 16)[0]):
    command, size = struct.unpack_from('<II', data, at)
    if command == 0x19:  # LC_SEGMENT_64
        segments.append(struct.unpack_from('<Q', data, at + 24)[0])
        for s in range(at + 72, at + size, 80):
            names = [data[s + n:s + n + 16].rstrip(b'\0').decode() for n in (16, 0)]
            if names == ['__DATA', '__interpose']:
                section = struct.unpack_from('<QQI', data, s + 32)
    elif command in (0xc, 0x80000018, 0x8000001f):  # LC_LOAD_DYLIB and its kin
        dylibs.append(text(at + struct.unpack_from('<I', data, at + 8)[0]))
    elif command == 0x2:  # LC_SYMTAB
        first, count, strings = struct.unpack_from('<III', data, at + 8)
        for s in range(first, first + 16 * count, 16):
            name, kind, _, _, value = struct.unpack_from('<IBBHQ', data, s)
            if kind & 0xee == 0xe:  # in a section; no debugger's symbol
                symbols.setdefault(value, []).append(text(strings + name))
    elif command in (0x22, 0x80000022):  # LC_DYLD_INFO
        info = struct.unpack_from('<10I', data, at + 8)
    at += size

assert section, 'there is no section __DATA,__interpose'
rebase(*info[0:2])
bind(*info[2:4])
address, size, offset = section
assert size % 16 == 0, 'the section holds half a pair'
for n in range(0, size, 16):
    target = struct.unpack_from('<Q', data, offset + n)[0]
    ours = symbols.get(target, ['?'])[0] if address + n in rebased else '?'
    theirs, library = bound.get(address + n + 8, ('?', 0))
    print(ours, theirs, dylibs[library - 1] if 0 < library <= len(dylibs) else '?')
