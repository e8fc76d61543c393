# shellcheck shell=bash
# Python packages that tests run against, in a folder of this checkout. To be sourced.

# Prints the Python that has the named packages (as "aiosmtpd==1.4.6"), and installs what it lacks.
# Beside other callers: one installs, the others wait.
test_python() {
  local folder=.build/test-tools package marker
  mkdir -p "$folder/installed"
  (
    flock 9
    # Behind "||" the shell does not stop at an error by itself.
    [ -x "$folder/python/bin/pip" ] || python3 -m venv --clear "$folder/python" || exit
    for package in "$@"; do
      marker="$folder/installed/$package"
      [ -e "$marker" ] ||
        "$folder/python/bin/pip" install --quiet --disable-pip-version-check "$package" || exit
      touch "$marker"
    done
  ) 9>"$folder/lock" >&2 || {
    echo "The tests need Python's venv (apt package: python3-venv) and $* from PyPI" >&2
    return 69
  }
  echo "$folder/python/bin/python"
}
