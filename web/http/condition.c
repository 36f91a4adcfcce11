/* SPDX-License-Identifier: MIT */
/* Preconditions: entity tags and dates compared, strongly or weakly, in the standard's order. */
#include "condition.h"
#include "date.h"

#include <string.h>

/* Takes an entity-tag off the front of a list: its length, or 0 if none stands there. */
static size_t take_tag(const char *s, size_t length)
{
    size_t at = length >= 2 && s[0] == 'W' && s[1] == '/' ? 2 : 0;
    if (at == length || s[at] != '"')
        return 0;
    for (at++; at < length && s[at] != '"'; at++)
        if (s[at] == ' ' || s[at] == '\t')
            return 0; /* etagc has no white space: RFC 9110, 8.8.3 */
    return at < length ? at + 1 : 0;
}

/* RFC 9110, 8.8.3.2: strong comparison wants both strong, weak looks at the opaque tags alone. */
static bool same_tag(const char *a, size_t length, const char *b, bool strong)
{
    bool a_weak = a[0] == 'W', b_weak = b[0] == 'W';
    if (strong && (a_weak || b_weak))
        return false;
    a += a_weak ? 2 : 0;
    length -= a_weak ? 2 : 0;
    b += b_weak ? 2 : 0;
    return strlen(b) == length && memcmp(a, b, length) == 0;
}

/* Whether a field of entity tags, all its lines, names ETAG or is "*". What is malformed matches
 * nothing. */
static bool lists_tag(const struct head *h, const char *name, const char *etag, bool strong)
{
    for (const struct field *f = NULL; (f = head_find(h, name, f)) != NULL;) {
        const char *s = h->bytes + f->value.at;
        size_t left = f->value.length, taken;
        if (left == 1 && *s == '*')
            return true;
        while (left > 0) {
            if (*s == ',' || *s == ' ' || *s == '\t') {
                taken = 1;
            } else {
                taken = take_tag(s, left); /* a comma may stand inside a tag */
                if (taken == 0)
                    break;
                if (etag != NULL && same_tag(s, taken, etag, strong))
                    return true;
            }
            s += taken;
            left -= taken;
        }
    }
    return false;
}

/* The one date in a field; false if it is absent, repeated or no date, and is to be ignored. */
static bool field_date(const struct head *h, const char *name, int64_t now, int64_t *date)
{
    const struct field *f = head_find(h, name, NULL);
    return f != NULL && head_find(h, name, f) == NULL &&
           date_read(h->bytes + f->value.at, f->value.length, now, date);
}

int condition_judge(const struct head *h, const struct validators *v, const char **rule,
                    const char **section)
{
    bool dated = v->etag != NULL; /* else such a field is ignored: RFC 9110, 13.1.3 and 13.1.4 */
    int64_t date;

    if (head_find(h, "if-match", NULL) != NULL) { /* step 1 */
        if (!lists_tag(h, "if-match", v->etag, true)) {
            *rule = "none of the entity tags in If-Match is that of what is here";
            *section = "RFC 9110, 13.1.1";
            return 412;
        }
    } else if (dated && field_date(h, "if-unmodified-since", v->now, &date)) { /* step 2 */
        if (v->modified > date) {
            *rule = "the file is newer than If-Unmodified-Since allows";
            *section = "RFC 9110, 13.1.4";
            return 412;
        }
    }
    if (head_find(h, "if-none-match", NULL) != NULL) { /* step 3 */
        if (lists_tag(h, "if-none-match", v->etag, false)) {
            *rule = "the client has this version already";
            *section = "RFC 9110, 13.1.2";
            return 304;
        }
    } else if (dated && field_date(h, "if-modified-since", v->now, &date)) { /* step 4 */
        if (v->modified <= date) {
            *rule = "the file is not newer than the client's";
            *section = "RFC 9110, 13.1.3";
            return 304;
        }
    }
    return 0; /* step 5 is the range's */
}

bool condition_range_applies(const struct head *h, const struct validators *v)
{
    const struct field *f = head_find(h, "if-range", NULL);
    int64_t date;

    if (f == NULL)
        return true;
    const char *s = h->bytes + f->value.at;
    size_t length = f->value.length;
    if (head_find(h, "if-range", f) != NULL)
        return false;
    if (take_tag(s, length) == length && length > 0)
        return same_tag(s, length, v->etag, true);
    /* A date is a strong validator only if the file has not changed since within its second. */
    return date_read(s, length, v->now, &date) && date == v->modified && v->now - v->modified > 1;
}
