//go:build !race

package federation_test

const raced = false
