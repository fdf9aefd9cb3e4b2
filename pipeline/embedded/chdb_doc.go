// Package embedded serves ClickHouse from libchdb.
//
// # ClickHouse
//
// [Process] runs the engine in a child process, which is this same binary, and
// starts it again when it dies. The child is a [Server]: ClickHouse's HTTP
// interface over libchdb, the engine as a shared library ([LibraryPath],
// deploy/libchdb/fetch.sh). clickhouse-go, curl and Grafana speak to it as they
// do to a ClickHouse server. A binary that uses Process calls [ChildMain] first.
//
// Why a process of its own: the library takes over the signals that Go turns into
// panics, so one nil dereference anywhere would end the whole pipeline, and so
// would a bug of the engine's. What the child had acknowledged is there when it
// is back; requests under way fail, and their clients repeat them. The child ends
// with its parent, by the kernel's help on Linux and by the end of its standard
// input elsewhere.
//
// # Who may do what
//
// The unix socket (mode 0600) has all rights: it is for shoal's own processes.
// TCP is loopback only, and reads only unless [Config].ListenFull is set; a Key
// can be demanded. Requests that a web page in a browser could send are refused
// (Host, Origin, Sec-Fetch-Site). A GET never writes. http_readonly.go says what
// keeps a reader from writing and from reaching files and other servers, and
// which part of that the engine enforces. It protects against an analyst's
// mistakes and against statements from elsewhere, not against someone who can run
// programs as the same user.
//
// # A full disk
//
// The library does not notice a write(2) that fails: it goes on, and takes a part
// whose files are cut off for good. With its own settings it then deletes the
// parts that this one was merged from. So:
//
//   - What takes room is let in only where 64 MiB are free, and what an INSERT
//     carries besides; below that the engine begins no merge either. The answer is
//     code 243 and says what to do; a client repeats the statement. Reading, DROP
//     and TRUNCATE go on.
//   - The room is looked at ten times a second and after each write. Where it ran
//     short all the same, because others fill the disk, the writes under way are
//     not acknowledged, and the engine is opened anew. It checks the sizes of its
//     files then, sets aside what was cut off, and returns to the parts that it was
//     merged from, which stay for eight minutes.
//
// What is left: a disk that others fill and empty again within a tenth of a second,
// while something is written. And where a disk fails a write for another reason,
// the engine does not notice that either.
//
// # What it does and does not
//
// One request is one session: a connection costs 60 µs, and nothing (SET, USE,
// temporary tables, parameters) is left for the next request. session_id is
// ignored. Rejected: a pool of connections, because SET cannot be undone in
// general and readonly cannot be undone at all.
//
// The data of an INSERT go through a file in the data folder and FROM INFILE, in
// any format: the library cuts inline data of a binary format at the first line
// end. The engine then parses as a server does, defaults included. Rejected:
// INSERT ... SELECT FROM file(), which fills in a type's default instead of the
// column's.
//
// Results of formats that consist of rows only (Native, TabSeparated, CSV,
// JSONEachRow, RowBinary, ...) are sent block by block and may be of any size;
// others are put together first and bounded by MaxResult. An error after the
// first block is sent as ClickHouse frames it, and the connection is broken.
//
// When a client goes away its query is cancelled. query_id is echoed and stands
// in log_comment, but the engine's own query_id is another. External tables,
// multi-part bodies, sessions, quotas and users are not there.
package embedded
