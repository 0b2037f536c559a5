#!/bin/sh
# Puts the HTML checkers of package.json into a folder, or says what to install; the browsers besides Chromium come from Debian.
for name in chromium java node npm firefox-esr WebKitWebDriver Xvfb; do
  command -v "$name" >/dev/null 2>&1 || { echo "The audit needs $name. Install it (Debian: apt install chromium default-jre-headless nodejs npm firefox-esr webkit2gtk-driver xvfb) and run make audit again."; exit 1; }
done
mkdir -p "$1" && cmp -s "$(dirname "$0")/package-lock.json" "$1/installed" && exit 0
echo "Installing the HTML checkers ..."
cp "$(dirname "$0")/package.json" "$(dirname "$0")/package-lock.json" "$1"
cd "$1" && npm ci --silent --ignore-scripts --no-audit --no-fund && cp package-lock.json installed
