#!/bin/sh
# Puts the licence texts of what is linked into shoal into a folder:
#   deploy/licences.sh DIR
# They ask to go where the binary goes. A module without any is an error.
set -eu
export CGO_ENABLED=0 # as the image is built
cd "$(dirname "$0")/.."
out=$1
mkdir -p "$out"
out=$(cd "$out" && pwd)

texts() { # FROM TO: copies the licence files under FROM
	mkdir -p "$2"
	(cd "$1" && find . -type f \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' -o -iname 'patents*' -o -ipath './licenses/*' \) \
		! -name '*.go' ! -path '*/testdata/*') | while read -r f; do
		mkdir -p "$2/$(dirname "$f")"
		cp "$1/$f" "$2/$f"
		chmod 644 "$2/$f"
	done
	if [ -z "$(find "$2" -type f)" ]; then
		echo "$1 has no licence text" >&2
		return 1
	fi
}

cp LICENSE "$out/LICENSE"
mkdir -p "$out/go"
cp "$(go env GOROOT)/LICENSE" "$(go env GOROOT)/PATENTS" "$out/go"
go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}}@{{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/shoal | sort -u >"$out/.list"
while read -r module dir; do
	if [ -n "$module" ]; then texts "$dir" "$out/$module"; fi
done <"$out/.list"
rm "$out/.list"
