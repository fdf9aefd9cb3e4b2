// Package chaos holds the program to its word: whatever is killed, and whenever,
// nothing is lost and nothing counts twice. Its tests run the real program under
// load, `shoal run` with its embedded engines and the separate services on a real
// Apache Kafka, kill -9 its processes at random, and compare what ClickHouse holds
// at the end with what an undisturbed run over the same messages leaves.
//
// It is no part of the product. `make chaos` kills more than 200 times; the tests
// alone a few. CHAOS_SEED and CHAOS_KILLS choose otherwise.
package chaos
