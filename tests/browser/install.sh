#!/bin/sh
# Finds a Chromium for the browser tests, or installs one, or says what to install.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing chromium for the browser tests ..."
  apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk >/dev/null && exit 0
fi
echo "The browser tests need Chromium. Install it (Debian, Ubuntu: apt install chromium) and run make test again."
exit 1
