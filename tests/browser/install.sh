#!/bin/sh
# Finds a Chromium for the browser tests, or installs one, or says what to install. The one without windows is quickest.
has() { command -v "$1" >/dev/null 2>&1; }
may_install() { [ "$(id -u)" = 0 ] && has apt-get; }
install() { apt-get install -y -qq "$@" fonts-noto-cjk >/dev/null 2>&1; }

has chromium-headless-shell && exit 0
for name in chromium chromium-browser google-chrome; do
  has "$name" && { may_install && install chromium-headless-shell; exit 0; }
done
if may_install; then
  echo "Installing chromium for the browser tests ..."
  apt-get update -qq
  install chromium-headless-shell || install chromium && exit 0
fi
echo "The browser tests need Chromium. Install it (Debian, Ubuntu: apt install chromium) and run make test again."
exit 1
