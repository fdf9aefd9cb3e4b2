#!/bin/sh
# Fetches libchdb, the ClickHouse engine as a library, into the user's cache
# folder, and prints the path of the file. Where it is there already nothing is
# done. The package comes through npm with the user's own registry settings; its
# checksum is pinned here.
#
#   XDG_CACHE_HOME      where the cache folder is (default ~/.cache)
#   LIBCHDB_INTEGRITY   checksum (sha512-...) for a platform without one below
#
# The version and the folder are those of pipeline/embedded/library.go.
set -eu

version=26.5.3

fail() {
	echo "libchdb: $*" >&2
	exit 1
}

# Go's names of the platform, the package's, and the package's checksum.
case "$(uname -s)/$(uname -m)" in
Linux/x86_64)
	platform=linux-amd64 package=@chdb/lib-linux-x64-gnu
	integrity=sha512-fPrLmRt5Moor9yGz4mazbrNje4t7X9KB2mTGkXFWRxRBs2iKy8yh6jx11xsa0Qr3iDFMU/yHqd+bVdYJXu3QaQ==
	;;
Linux/aarch64 | Linux/arm64) platform=linux-arm64 package=@chdb/lib-linux-arm64-gnu integrity= ;;
Darwin/arm64) platform=darwin-arm64 package=@chdb/lib-darwin-arm64 integrity= ;;
Darwin/x86_64) platform=darwin-amd64 package=@chdb/lib-darwin-x64 integrity= ;;
*) fail "no package for $(uname -s) on $(uname -m)" ;;
esac
integrity=${LIBCHDB_INTEGRITY:-$integrity}

cache=${XDG_CACHE_HOME:-$HOME/.cache}/shoal
target=$cache/chdb-$version-$platform
if [ -s "$target/libchdb.so" ]; then
	echo "$target/libchdb.so"
	exit 0
fi

[ -n "$integrity" ] || fail "no checksum is pinned for $platform: look at $package@$version and set LIBCHDB_INTEGRITY"
command -v npm >/dev/null || fail "npm is needed to fetch $package@$version (Debian: apt-get install npm)"
command -v openssl >/dev/null || fail "openssl is needed to check $package@$version"

mkdir -p "$cache"
work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM

echo "libchdb: fetching $package@$version (about 170 MB)" >&2
(cd "$work" && npm pack --silent "$package@$version" >/dev/null) || fail "npm could not fetch $package@$version"
set -- "$work"/*.tgz
[ -f "$1" ] || fail "npm left no package"

got=sha512-$(openssl dgst -sha512 -binary "$1" | openssl base64 -A)
[ "$got" = "$integrity" ] || fail "checksum of $package@$version is $got, not $integrity"

mkdir "$work/new"
tar -xzf "$1" -C "$work/new" --strip-components=1 package/libchdb.so
chmod 0755 "$work/new/libchdb.so"
# Renaming is atomic: another process sees the whole library or none.
rm -rf "$target"
mv "$work/new" "$target"
echo "$target/libchdb.so"
