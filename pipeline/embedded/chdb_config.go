package embedded

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// engineXML is the engine's own configuration.
//
// An insert is synced to disk before it is acknowledged: the writer commits its
// offsets after that, so what is lost in a power cut would be lost for good. It
// costs one or two milliseconds a part on a solid-state disk. Merges are not synced, and
// what they write may be cut off where the disk is full: so the parts that they were
// made from stay for the eight minutes that they do on a server, and none begins where
// room is short. The caches, of which the engine would let each grow to gigabytes, fit
// one machine that does other work too.
const engineXML = `<clickhouse>
	<merge_tree>
		<fsync_after_insert>1</fsync_after_insert>
		<fsync_part_directory>1</fsync_part_directory>
		<old_parts_lifetime>480</old_parts_lifetime>
	</merge_tree>
	<storage_configuration><disks><default><keep_free_space_bytes>%d</keep_free_space_bytes></default></disks></storage_configuration>
	<max_server_memory_usage>%d</max_server_memory_usage>
	<mark_cache_size>268435456</mark_cache_size>
	<primary_index_cache_size>268435456</primary_index_cache_size>
	<index_mark_cache_size>134217728</index_mark_cache_size>
	<text_index_tokens_cache_size>67108864</text_index_tokens_cache_size>
	<text_index_header_cache_size>67108864</text_index_header_cache_size>
	<text_index_postings_cache_size>134217728</text_index_postings_cache_size>
	<vector_similarity_index_cache_size>67108864</vector_similarity_index_cache_size>
</clickhouse>
`

// writeEngineConfig writes the engine's configuration into dir and returns the
// option that names it. One that is there already is left alone: a full disk would cut
// it off.
func writeEngineConfig(dir string, memory int64) (string, error) {
	path := filepath.Join(dir, "engine.xml")
	text := fmt.Appendf(nil, engineXML, minRoom, memory)
	if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, text) {
		return "--config-file=" + path, nil
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", fmt.Errorf("engine configuration: %w", err)
	}
	return "--config-file=" + path, nil
}
