package embedded

import (
	"fmt"
	"os"
	"path/filepath"
)

// engineXML is the engine's own configuration.
//
// An insert is synced to disk before it is acknowledged: the writer commits its
// offsets after that, so what is lost in a power cut would be lost for good. It
// costs one or two milliseconds a part on a solid-state disk. The caches, of
// which the engine would let each grow to gigabytes, fit one machine that does
// other work too.
const engineXML = `<clickhouse>
	<merge_tree>
		<fsync_after_insert>1</fsync_after_insert>
		<fsync_part_directory>1</fsync_part_directory>
	</merge_tree>
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
// option that names it.
func writeEngineConfig(dir string, memory int64) (string, error) {
	path := filepath.Join(dir, "engine.xml")
	if err := os.WriteFile(path, fmt.Appendf(nil, engineXML, memory), 0o600); err != nil {
		return "", fmt.Errorf("engine configuration: %w", err)
	}
	return "--config-file=" + path, nil
}
