//go:build race

package federation_test

// raced: nothing here has a goroutine to be found out about, and everything takes
// ten times as long.
const raced = true
