# SPDX-License-Identifier: MIT
"""smtp-loop.py PORT: the barest mail server in Python's asyncio, to compare with; keeps nothing, checks nothing."""
import asyncio
import sys


async def serve(reader, writer):
    writer.write(b'220 loop\r\n')
    try:
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b'DATA':
                writer.write(b'354 go on\r\n')
                while (await reader.readline()) not in (b'.\r\n', b''):
                    pass
            writer.write(b'221 bye\r\n' if verb == b'QUIT' else b'250 ok\r\n')
            if verb == b'QUIT':
                break
    except ConnectionError:
        pass
    writer.close()


async def main():
    server = await asyncio.start_server(serve, '127.0.0.1', int(sys.argv[1]), backlog=500)
    async with server:
        await server.serve_forever()

asyncio.run(main())
