# shellcheck shell=bash
# The one way this repository is built. To be sourced.

# Release, because training at real size is too slow without; with testing enabled, so that tests
# and the program share one build instead of taking turns at replacing it.
# shellcheck disable=SC2034 # read by the scripts that source this
build_options=(-c release -Xswiftc -enable-testing)
