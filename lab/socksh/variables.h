/* SPDX-License-Identifier: MIT */
/* The names that NAME = CALL makes. */
#ifndef SOCKSH_VARIABLES_H
#define SOCKSH_VARIABLES_H

#include <stdbool.h>

const char *variable(const char *name); /* its value, or NULL */
const char *variable_of(int fd);        /* the name of this socket, or "" */
bool set_variable(const char *name, const char *value, bool is_socket); /* false: cannot be */
void forget_socket(int fd); /* its name names no open socket any more */
bool is_name_byte(char byte);

#endif
