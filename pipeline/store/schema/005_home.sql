ALTER TABLE shoal.report_rows{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS home String DEFAULT if(campaign_id = '', alone_id, campaign_id) COMMENT 'Campaign under which the report was first known: never changes. On a cluster it says which shard has the report' CODEC(ZSTD(1));
