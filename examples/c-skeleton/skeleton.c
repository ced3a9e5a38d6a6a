/* A port to start from: a program that vtlcheck gives exits to and takes outcomes from, docs/subject-protocol.md. It keeps
   the MSRs of SYSCALL and SYSENTER, and does nothing at every other exit. docs/porting-guide.md goes on from here. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 65536 + 2, WORDS = 1024, VPS = 64, VTLS = 2 }; /* limits of the trace format */

struct msr {
    uint32_t number;
    const char* name; /* in `start` lines */
    bool canonical;   /* holds an address */
    bool readable;    /* of the others RDMSR does not exit */
    uint64_t mask;    /* bits that are stored */
};
static const struct msr msrs[] = {
    {0x174, "sysenter_cs", false, false, UINT32_MAX}, {0x175, "sysenter_esp", true, false, UINT64_MAX},
    {0x176, "sysenter_eip", true, false, UINT64_MAX}, {0xC0000081, "star", false, false, UINT64_MAX},
    {0xC0000082, "lstar", true, false, UINT64_MAX},   {0xC0000083, "cstar", true, true, UINT64_MAX},
};
enum { MSRS = sizeof msrs / sizeof *msrs };

/* The partition: what `config` fixes, and the registers, all 0 at reset. */
static struct {
    bool la57;
    uint64_t value[VPS][VTLS][MSRS];
} partition;

static bool is(const char* word, const char* text) { return strcmp(word, text) == 0; }

/* The value of NAME=VALUE among the words, null if there is none. */
static const char* field(char* const* words, const char* name) {
    const size_t length = strlen(name);
    for (; *words; ++words)
        if (strncmp(*words, name, length) == 0 && (*words)[length] == '=')
            return *words + length + 1;
    return NULL;
}

static uint64_t number(const char* text, uint64_t otherwise) { return text ? strtoull(text, NULL, 0) : otherwise; }

static bool is_canonical(uint64_t address) {
    const uint64_t above = address >> (partition.la57 ? 56 : 47); /* the sign and all bits above it */
    return above == 0 || above == UINT64_MAX >> (partition.la57 ? 56 : 47);
}

/* "vp3" and "vtl1" as indices; what is sent is in range. */
static uint64_t* registers(char* const* words) {
    return partition.value[number(words[0] + 2, 0) % VPS][number(words[1] + 3, 0) % VTLS];
}

static void start(char* const* words) { /* vpN vtlN NAME=VALUE... */
    if (strncmp(words[0], "vp", 2) != 0 || strncmp(words[1], "vtl", 3) != 0)
        return;
    for (size_t i = 0; i < MSRS; ++i)
        registers(words)[i] = number(field(words, msrs[i].name), registers(words)[i]);
}

/* Writes what RDMSR, or WRMSR of `*written`, does; `next` is the address of the next instruction. */
static void handle_msr(const struct msr* msr, uint64_t* stored, const uint64_t* written, uint64_t next) {
    if (!written && msr->readable) {
        printf("done rax=%" PRIu64 " rdx=%" PRIu64 " rip=%" PRIu64 "\n", *stored & UINT32_MAX, *stored >> 32, next);
    } else if (!written) {
        printf("done\n");
    } else if (msr->canonical && !is_canonical(*written)) {
        printf("gp event=0x80000b0d\n");
    } else {
        *stored = *written & msr->mask;
        printf("done rip=%" PRIu64 "\n", next);
    }
}

/* Writes the outcome of an exit: vpN vtlN VERB [MSR [VALUE]] [NAME=VALUE]... */
static void handle(char* const* words) {
    const bool write = is(words[2], "wrmsr");
    if (write || is(words[2], "rdmsr")) {
        const uint64_t next = number(field(words, "rip"), 0x1000) + number(field(words, "length"), 2);
        const uint64_t value = write ? number(words[4], 0) : 0;
        for (size_t i = 0; i < MSRS; ++i) {
            if (msrs[i].number == number(words[3], 0)) {
                handle_msr(&msrs[i], &registers(words)[i], write ? &value : NULL, next);
                return;
            }
        }
    }
    printf("done\n"); /* no effect: a port has to do better, and vtlcheck says where */
}

int main(void) {
    static char line[LINE_SIZE], copy[LINE_SIZE];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        strcpy(copy, line);
        char* words[WORDS + 1] = {NULL};
        size_t count = 0;
        for (char* word = strtok(copy, " "); word && count < WORDS; word = strtok(NULL, " "))
            words[count++] = word;
        if (count == 0) {
            fflush(stdout);
        } else if (is(words[0], "vtlcheck-subject")) {
            printf("vtlcheck-subject 1\n");
        } else if (is(words[0], "vtlcheck-trace")) {
            memset(&partition, 0, sizeof partition);
        } else if (is(words[0], "config")) {
            partition.la57 = field(words, "la57") && is(field(words, "la57"), "yes");
        } else if (is(words[0], "start") && count > 2) {
            start(words + 1);
        } else if (strncmp(words[0], "vp", 2) == 0 && count > 2) {
            printf("%s -> ", line);
            handle(words);
        }
    }
    return 0;
}
