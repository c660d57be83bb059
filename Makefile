# SPDX-License-Identifier: LGPL-2.1-or-later
# What to do with this project, on top of Meson.  `make help` explains.

BUILD ?= build
MESON := meson
export BUILD

.PHONY: all help deps install-deps check check-all check-quick demo bench \
        status install clean

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

help:
	@echo "make              build into $(BUILD)/"
	@echo "make check        install what is missing, build, run all tests"
	@echo "make check-all    the same, and every call on QEMU: takes long"
	@echo "make check-quick  run the tests once, with what is built"
	@echo "make demo         the main job on real input, step by step"
	@echo "make bench        how fast it is, against its physical neighbours"
	@echo "make status       the calls that exist and those that are planned"
	@echo "make deps         list the Debian packages that are needed"
	@echo "make install      install; prefix= and DESTDIR= as usual"
	@echo "make clean        remove $(BUILD)*/"
	@echo "./run COMMAND     run a program with what was built"

deps:
	@scripts/packages

install-deps:
	@scripts/install-packages

$(BUILD)/build.ninja:
	@scripts/setup $(BUILD)

check: install-deps
	@scripts/check

check-all: check
	@$(MESON) test -C $(BUILD) --no-rebuild --print-errorlogs \
	    --suite direct-all

check-quick: all
	@$(MESON) test -C $(BUILD) --print-errorlogs

demo: install-deps all
	@scripts/demo

bench: install-deps all
	@scripts/bench

status: $(BUILD)/build.ninja
	@scripts/generator status

install: $(BUILD)/build.ninja
	@if [ -n "$(prefix)" ]; then \
	    $(MESON) configure $(BUILD) -Dprefix="$(prefix)"; fi
	@ninja -C $(BUILD)
	@$(MESON) install -C $(BUILD) --no-rebuild

clean:
	rm -rf build build-*
