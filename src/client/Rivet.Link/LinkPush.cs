using Rivet.Wire;

namespace Rivet.Link;

/// <summary>Something the server said without being asked. A hint: the log is the truth, and a gap is fetched.</summary>
/// <param name="Method">Which push, from 0x8000; unknown ones are to be ignored.</param>
/// <param name="Body">The encoded body, the receiver's own copy.</param>
public readonly record struct LinkPush(Method Method, ReadOnlyMemory<byte> Body);
