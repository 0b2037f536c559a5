#!/bin/sh
# Finds a Chromium for the browser tests, or installs one, or says what to install. The one without windows is quickest.
has() { command -v "$1" >/dev/null 2>&1; }
may_install() { [ "$(id -u)" = 0 ] && has apt-get; }
install() {
  may_install && apt-cache show "$1" >/dev/null 2>&1 || return 1
  echo "Installing $1 for the browser tests ..."
  apt-get install -y -qq "$1" fonts-noto-cjk >/dev/null
}

has chromium-headless-shell && exit 0
for name in chromium chromium-browser google-chrome; do
  has "$name" && { install chromium-headless-shell; exit 0; }
done
may_install && apt-get update -qq
install chromium-headless-shell || install chromium && exit 0
echo "The browser tests need Chromium. Install it (Debian, Ubuntu: apt install chromium) and run make test again."
exit 1
