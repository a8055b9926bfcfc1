/* The benchmark driver: runs every program of bench/ under mpy and, where they are found, under CPython and
 * Lua, checks what each prints against expected.txt, and prints a table of ratios with geometric means.
 *
 *   run [-n RUNS] [--dir DIR] [--mpy FILE] [--python FILE] [--lua FILE] [--json FILE] [FILTER...]
 *
 * Peers take turns within a round, so that a machine that changes its speed changes it for all of them; a
 * peer's time is its best of all rounds (user + system CPU seconds), its memory the smallest peak. A ratio
 * below 1 is in mpy's favour. A FILTER picks the programs and groups whose name contains it. The exit status
 * is 1 when a checksum is wrong or mpy fails, and 0 otherwise, whatever the ratios are.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MPY, PYTHON, LUA, PEERS };
enum { MAX_PROGRAMS = 128, NAME_SIZE = 64, LINE_SIZE = 256, HELLO_RUNS = 100 };

/* No program of bench/ needs a hundredth of this; it ends a peer that hangs. */
enum { CPU_LIMIT_SECONDS = 120 };

typedef struct {
    bool measured;
    double seconds;
    double megabytes;
} Measure;

typedef struct {
    char name[NAME_SIZE];
    char group[NAME_SIZE];
    char line[LINE_SIZE];
    Measure peers[PEERS];
} Program;

typedef struct {
    const char *dir;
    const char *commands[PEERS]; /* NULL when the peer was not found */
    const char *json;
    int runs;
    Program programs[MAX_PROGRAMS];
    int count;
    Measure hello[PEERS];
    bool failed;
} Bench;

static const char *const peer_names[PEERS] = {"mpy", "cpython", "lua"};

/* Running one process */

static double cpu_seconds(const struct rusage *usage) {
    return usage->ru_utime.tv_sec + usage->ru_stime.tv_sec +
           (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

static void exec_child(const char *const argv[], int output) {
    struct rlimit limit = {CPU_LIMIT_SECONDS, CPU_LIMIT_SECONDS};
    setrlimit(RLIMIT_CPU, &limit);
    dup2(output, STDOUT_FILENO);
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    execvp(argv[0], (char *const *)argv);
    perror(argv[0]);
    _exit(127);
}

/* Read everything, keep what fits; the result is a string. */
static void read_output(int fd, char *buffer, size_t size) {
    size_t length = 0;
    char overflow[4096];
    for (;;) {
        bool full = length + 1 >= size;
        ssize_t got =
            full ? read(fd, overflow, sizeof overflow) : read(fd, buffer + length, size - 1 - length);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        if (!full) length += (size_t)got;
    }
    buffer[length] = '\0';
}

/* Run a command; false when it does not exit with status 0. */
static bool run_process(const char *const argv[], char *output, size_t size, Measure *measure) {
    int ends[2];
    if (pipe(ends) != 0) return false;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) exec_child(argv, ends[1]);
    close(ends[1]);
    if (pid > 0) read_output(ends[0], output, size);
    close(ends[0]);
    int status = -1;
    struct rusage usage;
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) return false;
    *measure = (Measure){true, cpu_seconds(&usage), usage.ru_maxrss / 1024.0};
    return status == 0;
}

static void keep_best(Measure *best, Measure next) {
    if (!best->measured || next.seconds < best->seconds) best->seconds = next.seconds;
    if (!best->measured || next.megabytes < best->megabytes) best->megabytes = next.megabytes;
    best->measured = true;
}

/* One program */

static bool program_path(const Bench *bench, const Program *program, int peer, char *path, size_t size) {
    const char *format = peer == LUA ? "%s/lua/%s.lua" : "%s/%s.mpy";
    int length = snprintf(path, size, format, bench->dir, program->name);
    return length > 0 && (size_t)length < size && access(path, R_OK) == 0;
}

/* A peer that fails is out for this program; only mpy's failures and wrong checksums fail the whole run. */
static void run_program(Bench *bench, Program *program, int peer) {
    char path[512], output[4 * LINE_SIZE];
    Measure measure;
    if (bench->commands[peer] == NULL || !program_path(bench, program, peer, path, sizeof path)) return;
    const char *argv[] = {bench->commands[peer], path, NULL};
    if (!run_process(argv, output, sizeof output, &measure)) {
        fprintf(stderr, "bench: %s fails under %s\n", program->name, peer_names[peer]);
        bench->failed |= peer == MPY;
        return;
    }
    output[strcspn(output, "\n")] = '\0';
    if (strcmp(output, program->line) != 0) {
        fprintf(stderr, "bench: %s under %s prints\n  %s\ninstead of\n  %s\n", program->name,
                peer_names[peer], output, program->line);
        bench->failed = true;
        return;
    }
    keep_best(&program->peers[peer], measure);
}

static void measure_programs(Bench *bench) {
    for (int i = 0; i < bench->count; i++) {
        Program *program = &bench->programs[i];
        if (isatty(STDERR_FILENO)) fprintf(stderr, "\r%-40s\r", program->name);
        for (int round = 0; round < bench->runs; round++)
            for (int peer = 0; peer < PEERS; peer++)
                run_program(bench, program, peer);
    }
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r%-40s\r", "");
}

/* The smallest program, averaged: what it costs to start and stop. */
static void measure_hello(Bench *bench) {
    double seconds[PEERS] = {0}, megabytes[PEERS] = {0};
    for (int round = 0; round < HELLO_RUNS; round++) {
        for (int peer = 0; peer < PEERS; peer++) {
            const char *argv[] = {bench->commands[peer], peer == LUA ? "-e" : "-c", "print(\"hello\")", NULL};
            char output[LINE_SIZE];
            Measure measure;
            if (bench->commands[peer] == NULL) continue;
            if (!run_process(argv, output, sizeof output, &measure) || strcmp(output, "hello\n") != 0) {
                fprintf(stderr, "bench: hello fails under %s\n", peer_names[peer]);
                bench->failed |= peer == MPY;
                return;
            }
            seconds[peer] += measure.seconds;
            megabytes[peer] += measure.megabytes;
        }
    }
    for (int peer = 0; peer < PEERS; peer++)
        if (bench->commands[peer] != NULL)
            bench->hello[peer] = (Measure){true, seconds[peer] / HELLO_RUNS, megabytes[peer] / HELLO_RUNS};
}

/* Ratios and their means; a ratio that cannot be had is NAN */

static double time_ratio(const Measure *peers, int other) {
    if (!peers[MPY].measured || !peers[other].measured || peers[other].seconds <= 0) return NAN;
    return peers[MPY].seconds / peers[other].seconds;
}

static double memory_ratio(const Measure *peers) {
    if (!peers[MPY].measured || !peers[PYTHON].measured || peers[PYTHON].megabytes <= 0) return NAN;
    return peers[MPY].megabytes / peers[PYTHON].megabytes;
}

typedef struct {
    double sum_of_logs;
    int count;
} Mean;

static void mean_add(Mean *mean, double ratio) {
    if (ratio > 0) {
        mean->sum_of_logs += log(ratio);
        mean->count++;
    }
}

static double mean_get(const Mean *mean) { return mean->count ? exp(mean->sum_of_logs / mean->count) : NAN; }

typedef struct {
    Mean python, lua, memory;
} Means;

/* Geometric means over the programs of one group, or over all when group is NULL. */
static Means means_of(const Bench *bench, const char *group) {
    Means means = {0};
    for (int i = 0; i < bench->count; i++) {
        const Program *program = &bench->programs[i];
        if (group != NULL && strcmp(group, program->group) != 0) continue;
        mean_add(&means.python, time_ratio(program->peers, PYTHON));
        mean_add(&means.lua, time_ratio(program->peers, LUA));
        mean_add(&means.memory, memory_ratio(program->peers));
    }
    return means;
}

/* Is the program at i the first (or, with step 1, the last) of its group? */
static bool group_edge(const Bench *bench, int i, int step) {
    int neighbour = i + step;
    return neighbour < 0 || neighbour >= bench->count ||
           strcmp(bench->programs[i].group, bench->programs[neighbour].group) != 0;
}

/* The table */

static void print_cell(const char *format, double value, int width) {
    char text[32] = "-";
    if (!isnan(value)) snprintf(text, sizeof text, format, value);
    printf("%*s", width, text);
}

static void print_ratios(double python, double lua, double memory) {
    print_cell("%.2f", python, 13);
    print_cell("%.2f", lua, 13);
    print_cell("%.2f", memory, 13);
    printf("\n");
}

static void print_means(const char *title, Means means) {
    printf("%-24s%8s%10s", title, "", "");
    print_ratios(mean_get(&means.python), mean_get(&means.lua), mean_get(&means.memory));
}

static void print_table(const Bench *bench) {
    printf("%-24s%8s%10s%13s%13s%13s\n", "program", "mpy s", "mpy MB", "time/cpython", "time/lua",
           "mem/cpython");
    for (int i = 0; i < bench->count; i++) {
        const Program *program = &bench->programs[i];
        const Measure *mine = &program->peers[MPY];
        if (group_edge(bench, i, -1)) printf("[%s]\n", program->group);
        printf("  %-22s", program->name);
        print_cell("%.3f", mine->measured ? mine->seconds : NAN, 8);
        print_cell("%.1f", mine->measured ? mine->megabytes : NAN, 10);
        print_ratios(time_ratio(program->peers, PYTHON), time_ratio(program->peers, LUA),
                     memory_ratio(program->peers));
        if (group_edge(bench, i, 1)) print_means("  geometric mean", means_of(bench, program->group));
    }
    print_means("all: geometric mean", means_of(bench, NULL));
    for (int peer = 0; peer < PEERS; peer++)
        if (bench->hello[peer].measured)
            printf("hello world, %-8s%6.2f ms CPU %6.1f MB\n", peer_names[peer],
                   bench->hello[peer].seconds * 1e3, bench->hello[peer].megabytes);
}

/* The same as JSON */

static void json_number(FILE *file, const char *key, double value, const char *end) {
    if (isnan(value))
        fprintf(file, "\"%s\": null%s", key, end);
    else
        fprintf(file, "\"%s\": %.6g%s", key, value, end);
}

static void json_peers(FILE *file, const Measure *peers) {
    for (int peer = 0; peer < PEERS; peer++) {
        fprintf(file, "\"%s\": {", peer_names[peer]);
        json_number(file, "seconds", peers[peer].measured ? peers[peer].seconds : NAN, ", ");
        json_number(file, "megabytes", peers[peer].measured ? peers[peer].megabytes : NAN, "}");
        if (peer < PEERS - 1) fprintf(file, ", ");
    }
}

static void json_ratios(FILE *file, double python, double lua, double memory) {
    json_number(file, "time_ratio_cpython", python, ", ");
    json_number(file, "time_ratio_lua", lua, ", ");
    json_number(file, "memory_ratio_cpython", memory, "}");
}

static void json_means(FILE *file, const char *name, Means means, const char *end) {
    fprintf(file, "    \"%s\": {", name);
    json_ratios(file, mean_get(&means.python), mean_get(&means.lua), mean_get(&means.memory));
    fprintf(file, "%s\n", end);
}

static bool write_json(const Bench *bench) {
    FILE *file = fopen(bench->json, "w");
    if (file == NULL) {
        perror(bench->json);
        return false;
    }
    fprintf(file, "{\n  \"runs\": %d,\n  \"programs\": [\n", bench->runs);
    for (int i = 0; i < bench->count; i++) {
        const Program *program = &bench->programs[i];
        fprintf(file, "    {\"name\": \"%s\", \"group\": \"%s\", ", program->name, program->group);
        json_peers(file, program->peers);
        fprintf(file, ", ");
        json_ratios(file, time_ratio(program->peers, PYTHON), time_ratio(program->peers, LUA),
                    memory_ratio(program->peers));
        fprintf(file, "%s\n", i < bench->count - 1 ? "," : "");
    }
    fprintf(file, "  ],\n  \"geometric_means\": {\n");
    for (int i = 0; i < bench->count; i++)
        if (group_edge(bench, i, 1))
            json_means(file, bench->programs[i].group, means_of(bench, bench->programs[i].group), ",");
    json_means(file, "all", means_of(bench, NULL), "");
    fprintf(file, "  },\n  \"hello\": {");
    json_peers(file, bench->hello);
    fprintf(file, "}\n}\n");
    return fclose(file) == 0;
}

/* Set-up */

static bool wanted(const char *name, const char *group, char *const filters[]) {
    for (char *const *filter = filters; *filter != NULL; filter++)
        if (strstr(name, *filter) || strstr(group, *filter)) return true;
    return *filters == NULL;
}

/* Read the names, groups and checksums; false when the file cannot be read or has more than fits. */
static bool read_expected(Bench *bench, char *const filters[]) {
    char path[512], line[LINE_SIZE], group[NAME_SIZE] = "";
    snprintf(path, sizeof path, "%s/expected.txt", bench->dir);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        return false;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        char name[NAME_SIZE];
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#' || sscanf(line, "[%63[^]]]", group) == 1 || sscanf(line, "%63s", name) != 1)
            continue;
        if (!wanted(name, group, filters)) continue;
        if (bench->count == MAX_PROGRAMS) {
            fprintf(stderr, "bench: more than %d programs\n", MAX_PROGRAMS);
            break;
        }
        Program *program = &bench->programs[bench->count++];
        memcpy(program->name, name, sizeof name);
        memcpy(program->group, group, sizeof group);
        memcpy(program->line, line, sizeof line);
    }
    fclose(file);
    if (bench->count == 0) fprintf(stderr, "bench: no program of that name\n");
    return bench->count > 0;
}

static bool is_command(const char *name) {
    if (strchr(name, '/') != NULL) return access(name, X_OK) == 0;
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        char full[1024];
        int length = (int)strcspn(path, ":");
        snprintf(full, sizeof full, "%.*s/%s", length, path, name);
        if (access(full, X_OK) == 0) return true;
        path += path[length] == ':' ? length + 1 : length;
    }
    return false;
}

static const char *from_environment(const char *name, const char *fallback) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : fallback;
}

static bool parse_options(Bench *bench, int argc, char **argv) {
    static const struct option options[] = {
        {"dir", required_argument, NULL, 'd'},    {"mpy", required_argument, NULL, 'm'},
        {"python", required_argument, NULL, 'p'}, {"lua", required_argument, NULL, 'l'},
        {"json", required_argument, NULL, 'j'},   {0}};
    int option;
    while ((option = getopt_long(argc, argv, "n:", options, NULL)) != -1) {
        switch (option) {
        case 'n': bench->runs = atoi(optarg); break;
        case 'd': bench->dir = optarg; break;
        case 'm': bench->commands[MPY] = optarg; break;
        case 'p': bench->commands[PYTHON] = optarg; break;
        case 'l': bench->commands[LUA] = optarg; break;
        case 'j': bench->json = optarg; break;
        default: return false;
        }
    }
    return bench->runs > 0;
}

static bool find_peers(Bench *bench) {
    for (int peer = 0; peer < PEERS; peer++) {
        if (is_command(bench->commands[peer])) continue;
        fprintf(stderr, "bench: %s not found: %s\n", peer_names[peer], bench->commands[peer]);
        bench->commands[peer] = NULL;
    }
    return bench->commands[MPY] != NULL;
}

int main(int argc, char **argv) {
    Bench *bench = calloc(1, sizeof *bench);
    if (bench == NULL) return 1;
    bench->dir = "bench";
    bench->runs = 3;
    bench->commands[MPY] = "./mpy";
    bench->commands[PYTHON] = from_environment("PYTHON", "python3");
    bench->commands[LUA] = from_environment("LUA", "lua5.4");
    int status = 2;
    if (!parse_options(bench, argc, argv)) {
        fprintf(stderr,
                "usage: %s [-n RUNS] [--dir DIR] [--mpy FILE] [--python FILE] [--lua FILE] [--json FILE] "
                "[FILTER...]\n",
                argv[0]);
    } else if (read_expected(bench, argv + optind) && find_peers(bench)) {
        measure_programs(bench);
        measure_hello(bench);
        print_table(bench);
        bool written = bench->json == NULL || write_json(bench);
        status = bench->failed || !written;
    }
    free(bench);
    return status;
}
