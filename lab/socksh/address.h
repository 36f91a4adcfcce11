/* SPDX-License-Identifier: MIT */
/* Socket addresses, from words and as text. */
#ifndef SOCKSH_ADDRESS_H
#define SOCKSH_ADDRESS_H

#include "take.h"

#include <sys/socket.h>

struct address {
    struct sockaddr_storage storage;
    socklen_t length;
};

/* Addresses are written 127.0.0.1:80, [::1]:80, or as a path. The texts are in
 * static buffers. */
bool take_address(struct command *c, int fd, struct address *a);
const char *address_text(const struct address *a);
const char *address_in_c(const struct address *a); /* {AF_INET, 127.0.0.1:80} */
int address_port(const struct address *a);         /* 0: it has none */
int socket_type(int fd);                           /* SOCK_STREAM ...; 0: not a socket */

#endif
