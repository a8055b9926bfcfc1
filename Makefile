# mpy: build, test, measure. `make help` lists what there is to ask for.
#
# Three variants are built from the same rules, each into a folder of its own under build/:
#   opt    ./mpy         optimised, no asserts: what is installed and measured
#   debug  ./mpy-debug   asserts, contract checks, the bytecode verifier; objects in fenced blocks on request
#   asan   ./mpy-asan    AddressSanitizer and UBSan; objects on the system allocator, so that both see each one

CC ?= gcc
PYTHON ?= python3
LUA ?= lua5.4
PREFIX ?= /usr/local
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

VARIANT ?= opt
OUT := build/$(VARIANT)
GEN := build/gen
PROGRAM_opt := mpy
PROGRAM_debug := mpy-debug
PROGRAM_asan := mpy-asan
PROGRAM_coverage := mpy-coverage
PROGRAM_train := build/train/mpy
PROGRAM := $(PROGRAM_$(VARIANT))

RUNTIME := classes code numbers text bytes containers files errors modules
ROOMS := base lexer parser compiler runtime $(RUNTIME:%=runtime/%) gc vm cli
LIBRARIES := gmp libutf8proc libcrypto nettle libb2 zlib libpcre2-8 libpcre2-16 libpcre2-32
READLINE := $(shell pkg-config --exists readline 2>/dev/null && echo readline)

WARNINGS := -Wall -Wextra -Werror -Wno-missing-field-initializers -Wno-unused-parameter
CPPFLAGS += -I. -I$(GEN) -D_GNU_SOURCE $(if $(READLINE),-DMPY_READLINE) \
	$(shell pkg-config --cflags $(LIBRARIES) $(READLINE) 2>/dev/null)
# The libraries are linked statically where their archives are there: a process that starts loads them no more. For the
# same reason the program is linked to a fixed address, as Debian's python3 is: ten thousand relocations of static types
# and tables at every start would cost a sixth of the time and half a megabyte.
archive = $(filter /%,$(shell $(CC) -print-file-name=$(1:-l%=lib%.a)))
linked := $(shell pkg-config --static --libs $(LIBRARIES) $(READLINE) 2>/dev/null)
LDLIBS += $(foreach flag,$(linked),$(or $(call archive,$(flag)),$(flag))) -lm
CFLAGS_opt := -O2 -g1 -DNDEBUG -fno-plt -fno-pie
CFLAGS_debug := -O1 -g -DMPY_DEBUG -fno-omit-frame-pointer
CFLAGS_asan := -O1 -g -DMPY_DEBUG -DMPY_ASAN -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
CFLAGS_coverage := -O0 -g -DNDEBUG --coverage
CFLAGS_fuzz := -O1 -g1 -DMPY_DEBUG -DMPY_ASAN -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link \
	-fno-sanitize-recover=undefined -fno-sanitize=pointer-overflow
LDFLAGS_coverage := -Wl,-u,__gcov_dump

# The optimised build is guided by a profile, as Debian's python3 is. A build that counts which turns its branches take
# (VARIANT=train) runs TRAINING, and GCC lays the code out by what was counted. A file that changes later is compiled by
# what still fits of its profile, until `make clean`. `make PROFILE=no` does without, in a third of the time. What GCC
# warns of, it has told in the first of the two builds. Whatever ran counts as hot, for an operation that is rare in
# TRAINING may be all that a program does; and what makes the program larger but no faster is left out.
PROFILE ?= $(if $(findstring gcc version,$(shell $(CC) -v 2>&1)),yes,no)
PROFILED := $(filter opt-yes,$(VARIANT)-$(PROFILE))
TRAINED := $(if $(PROFILED),$(OUT)/trained)
TRAINING := $(wildcard tests/programs/*.mpy)
CFLAGS_train := $(CFLAGS_opt) -fprofile-generate -fprofile-update=single
LDFLAGS_train := -fprofile-generate
ifdef PROFILED
CFLAGS_opt += -fprofile-use -fprofile-partial-training --param=hot-bb-count-ws-permille=1000 -w \
	-fno-unroll-loops -fno-ipa-cp-clone -fno-reorder-functions \
	$(if $(filter x86_64,$(shell uname -m)),-mstringop-strategy=libcall)
endif

CFLAGS := -std=gnu11 $(WARNINGS) $(CFLAGS_$(VARIANT)) $(EXTRA_CFLAGS)
LDFLAGS += $(filter -fsanitize% -g% -O% --coverage,$(CFLAGS)) $(if $(filter -fno-pie,$(CFLAGS)),-no-pie) \
	$(LDFLAGS_$(VARIANT))

SOURCES := $(sort $(wildcard $(ROOMS:%=%/*.c)))
UNICODE_DATA ?= /usr/share/unicode

# Generated C: the re2c lexer, the Lemon parser, the tables of the Unicode database, powers of ten.
GENERATED := $(GEN)/lexer.c $(GEN)/grammar.c $(GEN)/uninames.c $(GEN)/unidata.c $(GEN)/ucd.c $(GEN)/powers.c
OBJECTS := $(SOURCES:%.c=$(OUT)/%.o) $(GENERATED:$(GEN)/%.c=$(OUT)/gen/%.o)
MAIN := $(OUT)/cli/main.o

# The library in lib/, compiled by an interpreter of the same objects into a table of its own (vm/frozen.h).
LIBRARY := $(shell find lib -name '*.py' 2>/dev/null | LC_ALL=C sort)
FROZEN := $(OUT)/gen/frozen.o
FREEZE_OBJECTS := $(OBJECTS:$(MAIN)=$(OUT)/cli/tools/freeze.o)
OBJECTS += $(FROZEN)
# The large tables are linked last. A start reads little of them, and the constants it does read lie closer together:
# some 0.3 MB less of the file come into memory.
TABLES := $(filter $(OUT)/gen/uni% $(OUT)/gen/ucd.o $(FROZEN),$(OBJECTS))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(OUT)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))

.PHONY: all debug asan test unit scripts stress oom coverage fuzz bench check docs install clean help
.DELETE_ON_ERROR:
.SECONDARY: # objects of unit tests are kept

all: $(PROGRAM)

$(PROGRAM): $(OBJECTS)
	@echo "  LINK  $@"
	@$(CC) $(LDFLAGS) -o $@ $(filter-out $(TABLES),$^) $(LDLIBS) $(TABLES)

debug:
	@$(MAKE) --no-print-directory VARIANT=debug all
asan:
	@$(MAKE) --no-print-directory VARIANT=asan all

$(OUT)/%.o: %.c Makefile | $(GENERATED) $(TRAINED)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/gen/%.o: $(GEN)/%.c Makefile | $(TRAINED)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/trained: | $(GENERATED)
	@$(MAKE) --no-print-directory $(if $(filter --jobserver%,$(MAKEFLAGS)),,-j$(JOBS)) VARIANT=train all
	@echo "  TRAIN $@"
	@find build/train -name '*.gcda' -delete # what the library's compilation counted
	@bench/train $(PROGRAM_train) $(TRAINING)
	@mkdir -p $(OUT)
	@cd build/train && find . -name '*.gcda' -exec cp --parents -t $(abspath $(OUT)) {} +
	@rm -rf build/train
	@touch $@

$(GEN)/lexer.c: lexer/lexer.re
	@mkdir -p $(@D)
	@echo "  RE2C  $<"
	@re2c -W --no-generation-date -o $@ $<

$(GEN)/grammar.c: parser/grammar.y
	@mkdir -p $(@D)
	@echo "  LEMON $<"
	@lemon -q -d$(GEN) $<

# CPython 3.13's Unicode is 15.1; what Debian 12's database, 15.0, lacks of it stands in base/unicode-15.1.
UNICODE := $(GEN)/unicode
$(UNICODE)/UnicodeData.txt: base/tools/unicode $(wildcard base/unicode-15.1/*.txt)
	@echo "  GEN   $(UNICODE)"
	@base/tools/unicode $(UNICODE_DATA) base/unicode-15.1 $(UNICODE)

$(GEN)/uninames.c: lexer/tools/uninames.c lexer/uniname.h lexer/uniname_table.h $(UNICODE)/UnicodeData.txt
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	@$(CC) -std=gnu11 $(WARNINGS) -O2 -I. -o $(GEN)/uninames $<
	@$(GEN)/uninames $(UNICODE)/UnicodeData.txt $(UNICODE)/NameAliases.txt > $@

# Which modules there are: written anew only when it changes, so that a module that goes is missed.
$(shell mkdir -p $(GEN); echo '$(LIBRARY)' | cmp -s - $(GEN)/library.list || echo '$(LIBRARY)' > $(GEN)/library.list)

$(OUT)/freeze: $(FREEZE_OBJECTS)
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# All variants freeze to the same bytes; the file is touched only when they change.
$(OUT)/frozen.stamp: $(OUT)/freeze $(LIBRARY) $(GEN)/library.list
	@echo "  GEN   $(GEN)/frozen.c"
	@PYTHONHASHSEED=0 $(OUT)/freeze $(LIBRARY) > $(OUT)/frozen.new
	@cmp -s $(OUT)/frozen.new $(GEN)/frozen.c || cp $(OUT)/frozen.new $(GEN)/frozen.c
	@touch $@

$(GEN)/frozen.c: $(OUT)/frozen.stamp ;

UNIDATA_INPUT := $(addprefix $(UNICODE)/,UnicodeData.txt DerivedCoreProperties.txt DerivedNumericType.txt \
	CaseFolding.txt SpecialCasing.txt)

$(GEN)/unidata.c: base/tools/unidata.c base/tools/ucdfile.h base/unicode_table.h $(UNICODE)/UnicodeData.txt
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	@$(CC) -std=gnu11 $(WARNINGS) -O2 -I. -o $(GEN)/unidata $<
	@$(GEN)/unidata $(UNIDATA_INPUT) > $@

UCD_INPUT := $(addprefix $(UNICODE)/,UnicodeData.txt EastAsianWidth.txt DerivedNumericValues.txt NamedSequences.txt \
	DerivedNormalizationProps.txt)

$(GEN)/ucd.c: runtime/text/tools/ucd.c base/tools/ucdfile.h runtime/text/ucd.h $(UNICODE)/UnicodeData.txt
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	@$(CC) -std=gnu11 $(WARNINGS) -O2 -I. -o $(GEN)/ucd $<
	@$(GEN)/ucd $(UCD_INPUT) > $@

$(GEN)/powers.c: runtime/numbers/tools/powers.c runtime/numbers/powers.h
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	@$(CC) -std=gnu11 $(WARNINGS) -O2 -I. -o $(GEN)/powers $< -lgmp
	@$(GEN)/powers > $@

$(OUT)/unit/%: $(OUT)/tests/unit/%.o $(filter-out $(MAIN),$(OBJECTS))
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(shell pkg-config --libs check)

-include $(OBJECTS:.o=.d) $(OUT)/tests/fuzz/guided.d $(OUT)/cli/tools/freeze.d \
	$(UNIT_TESTS:$(OUT)/unit/%=$(OUT)/tests/unit/%.d)

# --- tests ---

unit: $(UNIT_TESTS)
	@for t in $(UNIT_TESTS); do $$t || exit 1; done

scripts: $(PROGRAM)
	@MPYHEAPCHECK=$(if $(filter opt,$(VARIANT)),0,1) tests/run --mpy ./$(PROGRAM) -j $(JOBS)

oom:
	@$(MAKE) --no-print-directory VARIANT=debug all
	@tests/oom --mpy ./mpy-debug -j $(JOBS) $(OOM_FLAGS)

# Branch coverage of the memory manager and what belongs to it, by the unit tests and the script tests of those
# subjects. What no test reaches stands in tests/coverage.txt with the reason; it fails when there is anything else.
COVERED := gc/ runtime/audit.c runtime/roots.c runtime/modules/gc.c runtime/modules/heap.c $(wildcard runtime/weak*.c \
	runtime/bytes/memoryview*.c runtime/bytes/buffer*.c runtime/modules/*weakref*.c runtime/modules/array*.c)
COVERAGE_TESTS := $(wildcard tests/modules/gc tests/modules/heap tests/modules/weakref tests/modules/array \
	tests/lang/gc tests/types/memoryview tests/regression)

coverage:
	@$(MAKE) --no-print-directory VARIANT=coverage all $(UNIT_TESTS:$(OUT)/%=build/coverage/%)
	@find build/coverage -name '*.gcda' -delete
	@for t in heap collector check corners audit refusals; do CK_FORK=yes build/coverage/unit/test_$$t | tail -n 1; done
	@for mode in pools system debug; do \
		MPYMALLOC=$$mode MPYHEAPCHECK=1 tests/run --mpy ./mpy-coverage -j $(JOBS) $(COVERAGE_TESTS) | tail -n 1; done
	@gcovr --root . --object-directory build/coverage $(COVERED:%=--filter %) --json build/coverage/report.json
	@./mpy-coverage tests/coverage.mpy build/coverage/report.json tests/coverage.txt

# A bounded part of it: what the memory manager's own tests do.
OOM_FEW := tests/modules/gc tests/modules/heap tests/lang/gc tests/regression

# libFuzzer comes with clang. FUZZ_TARGET is a function of tests/fuzz/_targets.mpy; what is found lies in build/fuzz.
FUZZ_TARGET ?= compiled
FUZZ_SECONDS ?= 60
fuzz:
	@$(MAKE) --no-print-directory VARIANT=fuzz CC=clang build/fuzz/guided
	@mkdir -p build/fuzz/corpus/$(FUZZ_TARGET)
	@FUZZ_TARGET=$(FUZZ_TARGET) ASAN_OPTIONS=detect_leaks=0 build/fuzz/guided -max_total_time=$(FUZZ_SECONDS) \
		-timeout=20 -rss_limit_mb=4096 -artifact_prefix=build/fuzz/ build/fuzz/corpus/$(FUZZ_TARGET) $(FUZZ_SEEDS)

$(OUT)/guided: $(OUT)/tests/fuzz/guided.o $(filter-out $(MAIN),$(OBJECTS))
	@$(CC) $(filter-out %fuzzer-no-link,$(LDFLAGS)) -fsanitize=address,undefined,fuzzer -o $@ $^ $(LDLIBS)

stress: $(PROGRAM)
	@MPYHEAPCHECK=$(if $(filter opt,$(VARIANT)),0,1) tests/run --mpy ./$(PROGRAM) -j $(JOBS) --stress

test:
	@$(MAKE) --no-print-directory VARIANT=opt all unit scripts
	@tests/cli/run.sh ./mpy
	@tests/readme ./mpy
	@tests/golden/run ./mpy
	@$(MAKE) --no-print-directory VARIANT=debug all unit scripts
	@tests/oom --mpy ./mpy-debug -j $(JOBS) --points 15 --seconds 1 $(OOM_FEW)

# --- measuring ---

bench: all build/bench/run
	@build/bench/run --mpy ./mpy --python $(PYTHON) --lua $(LUA) $(BENCH_FLAGS)

build/bench/run: bench/run.c
	@mkdir -p $(@D)
	@$(CC) -std=gnu11 $(WARNINGS) -O2 -o $@ $< -lm

# --- the rest ---

docs: compiler/tools/bytecode.c compiler/opcodes.def $(PROGRAM)
	@mkdir -p $(GEN)
	@$(CC) -std=gnu11 $(WARNINGS) -O2 -I. -o $(GEN)/bytecode $<
	@$(GEN)/bytecode > docs/bytecode.md
	@cd tests/modules/names && ../../../mpy _table.mpy > ../../../docs/modules.md

check:
	@tests/check

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 mpy $(DESTDIR)$(PREFIX)/bin/mpy

clean:
	rm -rf build mpy mpy-debug mpy-asan mpy-coverage

help:
	@echo "make          ./mpy, optimised, guided by a profile (PROFILE=no: without)"
	@echo "make debug    ./mpy-debug: asserts, contract checks, verifier"
	@echo "make asan     ./mpy-asan: AddressSanitizer and UBSan, objects on the system allocator"
	@echo "make test     unit tests and script tests, on the optimised and the debug build"
	@echo "make oom      the script tests with one request for memory after another refused"
	@echo "make coverage branch coverage of the memory manager"
	@echo "make stress   the script tests with a full garbage collection at every new container"
	@echo "make fuzz     inputs guided by coverage (clang's libFuzzer) to FUZZ_TARGET of tests/fuzz/_targets.mpy"
	@echo "make bench    the benchmark programs under mpy, \$$(PYTHON) and \$$(LUA): ratios"
	@echo "make docs     docs/bytecode.md from compiler/opcodes.def, docs/modules.md from the modules"
	@echo "make check    formatting, include directions, one-table rules"
	@echo "make install  into \$$(DESTDIR)\$$(PREFIX)/bin (PREFIX=$(PREFIX))"
	@echo "make clean    remove all that was built"
