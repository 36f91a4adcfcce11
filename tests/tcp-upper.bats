#!/usr/bin/env bats
# The uppercase pair over TCP.
load helper
SERVER=tcp-upper-server CLIENT=tcp-upper-client

@test "a sentence comes back in upper case" {
  server
  run client <<<'hello'
  same 0 "$status"
  same HELLO "$output"
}

@test "the log tells the whole conversation in the lecture's words" {
  ours server
  server
  client <<<'hello'
  eventually grep -q 'closed connection' server.out
  peer=$(sed -n 's/^\.\.\.connected from: //p' server.out)
  same "$(printf '%s\n' "tcp-upper-server: listening on 127.0.0.1 port $PORT" \
    "in another terminal: $BIN_DIR/tcp-upper-client 127.0.0.1 $PORT" \
    "...connected from: $peer" "$peer recv: 'hello\\n'" "$peer sent: 'HELLO\\n'" \
    "$peer - closed connection")" "$(out server)"
  quiet server
}
