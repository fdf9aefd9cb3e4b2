ALTER TABLE shoal.segment_days{{.OnCluster}}
    MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
