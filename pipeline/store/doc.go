// Package store keeps what the pipeline found in ClickHouse.
package store
