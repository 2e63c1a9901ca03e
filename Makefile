# Thin: each target calls one documented command. PYTHON is the interpreter the environment is made with.
# EXTRAS=test,train also installs PyTorch (gigabytes on most machines) and runs the tests of the training.
PYTHON ?= python3
EXTRAS ?= test
VENV := .venv
BIN := $(VENV)/bin
NETWORK ?= assets/mobilenetv2_050_128.tflite
NETWORK_BIN := device/firmware/build/network.bin

# What Qt needs from Debian to open a window, and what the tests build and run the firmware with.
DEBIAN_RUN := python3-venv libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libxcb-icccm4 \
	libxcb-keysyms1 libxcb-cursor0 libxcb-image0 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 \
	libxcb-xkb1 fonts-dejavu-core
DEBIAN_TEST := $(DEBIAN_RUN) gcc libc6-dev gcc-arm-none-eabi qemu-system-arm llvm xvfb xauth

# $(call missing,packages): those that are not installed; nothing where there is no dpkg.
missing = command -v dpkg-query >/dev/null && for p in $(1); do \
	dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done
# $(call debian,packages): print the one line that installs what is missing. Nothing here asks for root.
debian = @names=$$($(call missing,$(1)) | tr '\n' ' '); [ -z "$$names" ] || \
	echo "Debian packages are missing; run: sudo apt-get install --no-install-recommends $$names"

.PHONY: run screenshots test lint headers firmware bench reliability debian-missing clean distclean

run: $(VENV)/run
	$(BIN)/python main.py $(ARGS)

screenshots: $(VENV)/run
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m gui.tools.screenshot $(ARGS)

# A worker for each core, and the tests of a file in one of them: their windows, ports and folders do not meet.
test: $(VENV)/test
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

# Types are checked against PyTorch's: needs EXTRAS=test,train.
lint: $(VENV)/test
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@! git grep -nE '.{121}' -- '*.c' '*.h' '*.S' '*.ld' || { echo "C ends at 120 columns"; exit 1; }
	$(MAKE) -s -C device/firmware analyze

# The two headers that the firmware shares with Python; they are committed, and a test tells when they are old.
headers: $(VENV)/test
	$(BIN)/python -m device.link.protocol > device/firmware/link/protocol.h
	$(BIN)/python -m device.network.format > device/firmware/network/format.h

firmware: $(VENV)/test
	$(BIN)/python -m device.model export --network $(NETWORK) --out $(NETWORK_BIN)
	$(BIN)/python -m device.model stamp --network $(NETWORK)
	for board in nucleo_f767zi mps2_an500; do \
	  $(MAKE) -C device/firmware BOARD=$$board NETWORK=$(abspath $(NETWORK_BIN)) && \
	  cp device/firmware/build/$$board/$$board.bin firmware_bin/ || exit 1; \
	done
	$(MAKE) -C device/firmware BOARD=host
	$(BIN)/python -m device.flash.images manifest --compiler "$$(arm-none-eabi-gcc --version | head -n 1)"

bench: $(VENV)/run
	$(BIN)/python -m device bench --layers $(ARGS)

# What takes too long for every commit, on a machine with nothing else to do: a quarter of an hour.
reliability: $(VENV)/test
	DAMAGED_FRAMES=1000000 $(BIN)/python -m pytest tests/device/link/test_link_faults.py
	FUZZED_STREAMS=10000000 $(BIN)/python -m pytest tests/firmware/app/test_fuzz.py -k streams
	FUZZED_INPUTS=1000000 $(BIN)/python -m pytest tests/device/link/test_framing.py -k fuzzed
	CABLE_PULLS=100 $(BIN)/python -m pytest -s tests/e2e/test_cable.py

# The Debian packages that the tests need and that are not installed, for .ci/run and for people who are root.
debian-missing:
	@$(call missing,$(DEBIAN_TEST)); true

# What was built; the environment stays.
clean:
	rm -rf device/firmware/build

distclean: clean
	rm -rf $(VENV)

$(VENV)/run: pyproject.toml
	$(call debian,$(DEBIAN_RUN))
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/test: pyproject.toml
	$(call debian,$(DEBIAN_TEST))
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -e '.[$(EXTRAS)]'
	@touch $@ $(VENV)/run
