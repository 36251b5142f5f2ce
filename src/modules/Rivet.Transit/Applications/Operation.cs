using System.Collections.Frozen;

namespace Rivet.Transit.Applications;

/// <summary>What an application may be granted; stored by name.</summary>
[Flags]
internal enum Operation
{
    None = 0,
    Encrypt = 1 << 0,
    Decrypt = 1 << 1,
    Rewrap = 1 << 2,
    Sign = 1 << 3,
    Verify = 1 << 4,
    Hmac = 1 << 5,
    DataKey = 1 << 6,
    DataKeyWrapped = 1 << 7,
    Random = 1 << 8,
    Hash = 1 << 9,
    Read = 1 << 10,
    Create = 1 << 11,
    Import = 1 << 12,
    Rotate = 1 << 13,
    Config = 1 << 14,
    Trim = 1 << 15,
    Delete = 1 << 16,

    /// <summary>What everybody with a token may: to ask about the token, and to see the names of the keys it may use. Never granted by name.</summary>
    Oneself = 1 << 30,
}

/// <summary>The operations by their names.</summary>
internal static class Operations
{
    private static readonly FrozenDictionary<string, Operation> ByName = new Dictionary<string, Operation>
    {
        ["encrypt"] = Operation.Encrypt,
        ["decrypt"] = Operation.Decrypt,
        ["rewrap"] = Operation.Rewrap,
        ["sign"] = Operation.Sign,
        ["verify"] = Operation.Verify,
        ["hmac"] = Operation.Hmac,
        ["datakey"] = Operation.DataKey,
        ["datakey-wrapped"] = Operation.DataKeyWrapped,
        ["random"] = Operation.Random,
        ["hash"] = Operation.Hash,
        ["read"] = Operation.Read,
        ["create"] = Operation.Create,
        ["import"] = Operation.Import,
        ["rotate"] = Operation.Rotate,
        ["config"] = Operation.Config,
        ["trim"] = Operation.Trim,
        ["delete"] = Operation.Delete,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<Operation, string> Names = ByName.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    public static bool TryParse(string name, out Operation operation) => ByName.TryGetValue(name, out operation);

    public static string Name(this Operation operation) => Names.GetValueOrDefault(operation, "oneself");

    /// <summary>The names of all that are set, in the order of the enumeration.</summary>
    public static string[] NamesOf(Operation set) => [.. Names.Where(pair => (set & pair.Key) != 0).OrderBy(pair => pair.Key).Select(pair => pair.Value)];
}
