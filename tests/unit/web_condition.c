/* SPDX-License-Identifier: MIT */
/* Preconditions and ranges, each by the sentence of RFC 9110 that it stands for. */
#include "../../web/http/condition.h"
#include "../../web/http/range.h"
#include "../../web/http/request.h"
#include "web_check.h"

#include <inttypes.h>
#include <stdlib.h>

/* The file: "tag", modified Sun, 06 Nov 1994 08:49:37 GMT, looked at long after. */
#define SAME "Sun, 06 Nov 1994 08:49:37 GMT"
#define EARLIER "Sun, 06 Nov 1994 08:49:36 GMT"
#define LATER "Sun, 06 Nov 1994 08:49:38 GMT"
enum { GO = 0, APPLIES = 1, IGNORED = 2 };

static const struct {
    const char *name, *fields;
    int weak, expected;
} tests[] = {
    {"RFC 9110 13: no condition", "", 0, GO},
    {"RFC 9110 13.1.1: If-Match with the tag", "If-Match: \"tag\"\r\n", 0, GO},
    {"RFC 9110 13.1.1: If-Match *", "If-Match: *\r\n", 0, GO},
    {"RFC 9110 13.1.1: If-Match in a list", "If-Match: \"a\", \"tag\" ,\"b\"\r\n", 0, GO},
    {"RFC 9110 13.1.1: If-Match on two lines", "If-Match: \"a\"\r\nIf-Match: \"tag\"\r\n", 0, GO},
    {"RFC 9110 13.1.1: If-Match with another", "If-Match: \"a\"\r\n", 0, 412},
    {"RFC 9110 13.1.1: If-Match compares strongly", "If-Match: W/\"tag\"\r\n", 0, 412},
    {"RFC 9110 13.1.1: If-Match and a weak tag here", "If-Match: \"tag\"\r\n", 1, 412},
    {"RFC 9110 13.1.1: If-Match without quotes", "If-Match: tag\r\n", 0, 412},
    {"RFC 9110 13.1.4: unmodified since then", "If-Unmodified-Since: " SAME "\r\n", 0, GO},
    {"RFC 9110 13.1.4: modified since then", "If-Unmodified-Since: " EARLIER "\r\n", 0, 412},
    {"RFC 9110 13.1.4: ignored if no date", "If-Unmodified-Since: 1994\r\n", 0, GO},
    {"RFC 9110 13.1.4: ignored beside If-Match",
     "If-Match: \"tag\"\r\nIf-Unmodified-Since: " EARLIER "\r\n", 0, GO},
    {"RFC 9110 13.1.2: If-None-Match with the tag", "If-None-Match: \"tag\"\r\n", 0, 304},
    {"RFC 9110 13.1.2: If-None-Match *", "If-None-Match: *\r\n", 0, 304},
    {"RFC 9110 13.1.2: If-None-Match compares weakly", "If-None-Match: W/\"tag\"\r\n", 0, 304},
    {"RFC 9110 13.1.2: If-None-Match and a weak tag here", "If-None-Match: \"tag\"\r\n", 1, 304},
    {"RFC 9110 13.1.2: If-None-Match with another", "If-None-Match: \"a\"\r\n", 0, GO},
    {"RFC 9110 13.1.2: If-None-Match in a list", "If-None-Match: \"a\", W/\"tag\"\r\n", 0, 304},
    {"RFC 9110 8.8.3: a comma inside a tag", "If-None-Match: \"a,b\", \"tag\"\r\n", 0, 304},
    {"RFC 9110 8.8.3: the tag inside a tag", "If-None-Match: \"a,\"tag\"\r\n", 0, GO},
    {"RFC 9110 8.8.3: w/ in small", "If-None-Match: w/\"tag\"\r\n", 0, GO},
    {"RFC 9110 13.1.3: If-Modified-Since, the same", "If-Modified-Since: " SAME "\r\n", 0, 304},
    {"RFC 9110 13.1.3: If-Modified-Since, later", "If-Modified-Since: " LATER "\r\n", 0, 304},
    {"RFC 9110 13.1.3: If-Modified-Since, earlier", "If-Modified-Since: " EARLIER "\r\n", 0, GO},
    {"RFC 9110 5.6.7: in RFC 850's format", "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n",
     0, 304},
    {"RFC 9110 5.6.7: in asctime's format", "If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n", 0,
     304},
    {"RFC 9110 13.1.3: ignored if no date", "If-Modified-Since: yesterday\r\n", 0, GO},
    {"RFC 9110 13.1.3: ignored if twice",
     "If-Modified-Since: " SAME "\r\nIf-Modified-Since: " SAME "\r\n", 0, GO},
    {"RFC 9110 13.1.3: ignored beside If-None-Match",
     "If-None-Match: \"a\"\r\nIf-Modified-Since: " SAME "\r\n", 0, GO},
    {"RFC 9110 13.2.2: If-Match before If-None-Match",
     "If-None-Match: \"tag\"\r\nIf-Match: \"a\"\r\n", 0, 412},
    {"RFC 9110 13.2.2: then If-None-Match", "If-None-Match: \"tag\"\r\nIf-Match: \"tag\"\r\n", 0,
     304},
    {"RFC 9110 13.2.2: If-Unmodified-Since before If-Modified-Since",
     "If-Modified-Since: " SAME "\r\nIf-Unmodified-Since: " EARLIER "\r\n", 0, 412},
};

static const struct {
    const char *name, *fields;
    int expected;
} untagged[] = {
    {"RFC 9110 13.1.1: If-Match, and no tag here", "If-Match: \"a\"\r\n", 412},
    {"RFC 9110 13.1.1: If-Match *, and no tag here", "If-Match: *\r\n", GO},
    {"RFC 9110 13.1.2: If-None-Match, and no tag here", "If-None-Match: \"a\"\r\n", GO},
    {"RFC 9110 13.1.2: If-None-Match *, and no tag here", "If-None-Match: *\r\n", 304},
    {"RFC 9110 13.1.3: ignored, as no date is known", "If-Modified-Since: " LATER "\r\n", GO},
    {"RFC 9110 13.1.4: ignored, as no date is known", "If-Unmodified-Since: " EARLIER "\r\n", GO},
};

static const struct {
    const char *name, *fields;
    int weak, fresh, expected;
} if_range[] = {
    {"RFC 9110 13.1.5: no If-Range", "", 0, 0, APPLIES},
    {"RFC 9110 13.1.5: the tag", "If-Range: \"tag\"\r\n", 0, 0, APPLIES},
    {"RFC 9110 13.1.5: another tag", "If-Range: \"a\"\r\n", 0, 0, IGNORED},
    {"RFC 9110 13.1.5: a weak tag", "If-Range: W/\"tag\"\r\n", 0, 0, IGNORED},
    {"RFC 9110 13.1.5: a weak tag here", "If-Range: \"tag\"\r\n", 1, 0, IGNORED},
    {"RFC 9110 13.1.5: both weak", "If-Range: W/\"tag\"\r\n", 1, 0, IGNORED},
    {"RFC 9110 13.1.5: the date", "If-Range: " SAME "\r\n", 0, 0, APPLIES},
    {"RFC 9110 13.1.5: a later date is no match", "If-Range: " LATER "\r\n", 0, 0, IGNORED},
    {"RFC 9110 13.1.5: an earlier date", "If-Range: " EARLIER "\r\n", 0, 0, IGNORED},
    {"RFC 9110 8.8.2.2: the date, within its second", "If-Range: " SAME "\r\n", 0, 1, IGNORED},
    {"RFC 9110 13.1.5: a list", "If-Range: \"tag\", \"a\"\r\n", 0, 0, IGNORED},
    {"RFC 9110 13.1.5: empty", "If-Range:\r\n", 0, 0, IGNORED},
    {"RFC 9110 13.1.5: nonsense", "If-Range: tag\r\n", 0, 0, IGNORED},
};

static void parse(struct request *r, char *buffer, const char *fields)
{
    int length = sprintf(buffer, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", fields);
    request_start(r);
    check_number(fields, "parses", DONE, request_parse(r, buffer, (size_t)length));
}

/* What a range field gives, as "first+length ..." ; "416", or "ignored". */
static const struct {
    const char *name, *value;
    uint64_t size;
    const char *expected;
} ranges[] = {
    {"RFC 9110 14.1.2: the first 500", "bytes=0-499", 1000, "0+500"},
    {"RFC 9110 14.1.2: the second 500", "bytes=500-999", 1000, "500+500"},
    {"RFC 9110 14.1.2: the last 500", "bytes=-500", 1000, "500+500"},
    {"RFC 9110 14.1.2: from 500 on", "bytes=500-", 1000, "500+500"},
    {"RFC 9110 14.1.2: one byte", "bytes=999-999", 1000, "999+1"},
    {"RFC 9110 14.1.2: beyond the end is cut", "bytes=500-5000", 1000, "500+500"},
    {"RFC 9110 14.1.2: a suffix longer than the file", "bytes=-5000", 1000, "0+1000"},
    {"RFC 9110 14.1.2: past the end", "bytes=1000-", 1000, "416"},
    {"RFC 9110 14.1.2: the suffix of nothing", "bytes=-0", 1000, "416"},
    {"RFC 9110 14.1.2: some of them past the end", "bytes=1000-,0-0", 1000, "0+1"},
    {"RFC 9110 14.1.2: two", "bytes=0-0,-1", 1000, "0+1 999+1"},
    {"RFC 9110 14.1.2: in the order asked for", "bytes=-1,0-0", 1000, "999+1 0+1"},
    {"RFC 9110 15.3.7.2: overlapping ones become one", "bytes=0-99,50-149", 1000, "0+150"},
    {"RFC 9110 15.3.7.2: touching ones become one", "bytes=0-99,100-149", 1000, "0+150"},
    {"RFC 9110 15.3.7.2: one byte apart they stay two", "bytes=0-99,101-149", 1000, "0+100 101+49"},
    {"RFC 9110 15.3.7.2: a third joins two", "bytes=0-9,20-29,5-25", 1000, "0+30"},
    {"RFC 9110 15.3.7.2: the same one twice", "bytes=5-5,5-5", 1000, "5+1"},
    {"RFC 9110 14.1: the unit in any case", "Bytes=0-0", 1000, "0+1"},
    {"RFC 9110 14.2: another unit", "lines=0-0", 1000, "ignored"},
    {"RFC 9110 14.1.1: last before first", "bytes=5-4", 1000, "bad"},
    {"RFC 9110 14.1.1: nothing", "bytes=", 1000, "bad"},
    {"RFC 9110 14.1.1: a hyphen", "bytes=-", 1000, "bad"},
    {"RFC 9110 14.1.1: a number", "bytes=5", 1000, "bad"},
    {"RFC 9110 14.1.1: letters", "bytes=a-b", 1000, "bad"},
    {"RFC 9110 14.1.1: one bad among good", "bytes=0-0,x", 1000, "bad"},
    {"RFC 9110 14.1.1: a double hyphen", "bytes=--5", 1000, "bad"},
    {"RFC 9110 14.1.1: spaces inside", "bytes=0 - 5", 1000, "bad"},
    {"RFC 9110 5.6.1: white space and empty elements", "bytes= ,0-0 ,\t, 5-5,", 1000, "0+1 5+1"},
    {"RFC 9110 14: a unit without its sign", "bytes", 1000, "ignored"},
    {"RFC 9110 14.1.2: 64 bits", "bytes=4294967296-4294967300", 8589934592, "4294967296+5"},
    {"RFC 9110 14.1.2: more than 64 bits", "bytes=0-99999999999999999999999", 1000, "0+1000"},
    {"RFC 9110 14.1.2: a start of more than 64 bits", "bytes=99999999999999999999999-", 1000,
     "416"},
    {"RFC 9110 14.1.2: a suffix of more than 64 bits", "bytes=-99999999999999999999999", 1000,
     "0+1000"},
    {"RFC 9110 14.1.2: 2^64", "bytes=18446744073709551616-18446744073709551617", 1000, "416"},
};

static void test_ranges(void)
{
    struct range range[RANGES_MAX];
    char text[1000], many[1000] = "bytes=";

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        size_t length = strlen(ranges[i].value), n = 0;
        char *copy = malloc(length);
        if (copy == NULL)
            abort();
        memcpy(copy, ranges[i].value, length);
        int count = range_read(copy, length, ranges[i].size, range);
        free(copy);
        if (count <= 0)
            n = (size_t)sprintf(text, "%s",
                                count == 0            ? "ignored"
                                : count == RANGES_BAD ? "bad"
                                                      : "416");
        for (int j = 0; j < count; j++)
            n += (size_t)sprintf(text + n, "%s%" PRIu64 "+%" PRIu64, j > 0 ? " " : "",
                                 range[j].first, range[j].length);
        check_text(ranges[i].name, ranges[i].expected, text, n);
    }
    for (int i = 0; i < RANGES_MAX; i++)
        sprintf(many + strlen(many), "%d-%d,", i * 10, i * 10);
    check_number("RFC 9110 17.15: many ranges", "count", 16,
                 range_read(many, strlen(many), 1000, range));
    strcat(many, "900-900");
    check_number("RFC 9110 17.15: too many ranges", "count", 0,
                 range_read(many, strlen(many), 1000, range));
}

int main(void)
{
    struct request r;
    char buffer[1000];
    const char *rule, *section;

    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        struct validators v = {tests[i].weak ? "W/\"tag\"" : "\"tag\"", 784111777, 1795247300};
        parse(&r, buffer, tests[i].fields);
        check_number(tests[i].name, "status", tests[i].expected,
                     condition_judge(&r.head, &v, &rule, &section));
    }
    for (size_t i = 0; i < sizeof untagged / sizeof *untagged; i++) {
        struct validators v = {NULL, 784111777, 1795247300};
        parse(&r, buffer, untagged[i].fields);
        check_number(untagged[i].name, "status", untagged[i].expected,
                     condition_judge(&r.head, &v, &rule, &section));
    }
    for (size_t i = 0; i < sizeof if_range / sizeof *if_range; i++) {
        struct validators v = {if_range[i].weak ? "W/\"tag\"" : "\"tag\"", 784111777,
                               if_range[i].fresh ? 784111778 : 1795247300};
        parse(&r, buffer, if_range[i].fields);
        check_number(if_range[i].name, "ranges", if_range[i].expected,
                     condition_range_applies(&r.head, &v) ? APPLIES : IGNORED);
    }
    test_ranges();
    return check_end();
}
