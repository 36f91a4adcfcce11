/* SPDX-License-Identifier: MIT */
/* The names that NAME = CALL makes. */
#include "variables.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_VARIABLES = 64 };

static struct {
    char name[32];
    char value[160];
    bool is_socket; /* status shows its name */
} variables[MAX_VARIABLES];

const char *variable(const char *name)
{
    for (int i = 0; i < MAX_VARIABLES; i++) {
        if (variables[i].name[0] != '\0' && strcmp(variables[i].name, name) == 0) {
            return variables[i].value;
        }
    }
    return NULL;
}

const char *variable_of(int fd)
{
    for (int i = 0; i < MAX_VARIABLES; i++) {
        if (variables[i].is_socket && atoi(variables[i].value) == fd) {
            return variables[i].name;
        }
    }
    return "";
}

void forget_socket(int fd)
{
    for (int i = 0; i < MAX_VARIABLES; i++) {
        if (variables[i].is_socket && atoi(variables[i].value) == fd) {
            variables[i].is_socket = false;
        }
    }
}

bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

bool set_variable(const char *name, const char *value, bool is_socket)
{
    size_t length = strlen(name);
    int i = 0;
    for (size_t n = 0; n < length; n++) {
        if (!is_name_byte(name[n])) {
            return false;
        }
    }
    while (i < MAX_VARIABLES && variables[i].name[0] != '\0' &&
           strcmp(variables[i].name, name) != 0) {
        i++;
    }
    if (length == 0 || isdigit((unsigned char)name[0]) || i == MAX_VARIABLES ||
        length >= sizeof variables[i].name || strlen(value) >= sizeof variables[i].value) {
        return false;
    }
    if (is_socket) {
        forget_socket(atoi(value)); /* of another name: closed, and the number given again */
    }
    variables[i].is_socket = is_socket;
    memcpy(variables[i].name, name, length + 1);
    memcpy(variables[i].value, value, strlen(value) + 1);
    return true;
}
