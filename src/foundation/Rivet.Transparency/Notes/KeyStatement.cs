using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Rivet.Cryptography;

namespace Rivet.Transparency;

/// <summary>What is said of a log's key.</summary>
public enum KeyStatementKind
{
    /// <summary>Another key signs from now on.</summary>
    Rotated = 1,

    /// <summary>Somebody else may have the key: it proves nothing any more but what was signed before.</summary>
    Revoked = 2,
}

/// <summary>
/// A statement about a log's key, a note that both keys sign (docs/protocol/audit-log.md). It is no checkpoint to anybody: its second line is no
/// number.
/// </summary>
public sealed record KeyStatement
{
    private const string Head = "rivet-log-key/1 ";
    private const long LastSecond = 253_402_300_799;

    /// <summary>What is said.</summary>
    public required KeyStatementKind Kind { get; init; }

    /// <summary>Of which key.</summary>
    public required NoteKey Key { get; init; }

    /// <summary>The key that signs after a rotation; of a revocation, the log's key when it was said.</summary>
    public required NoteKey Other { get; init; }

    /// <summary>Checkpoints of more entries do not count under <see cref="Key"/>.</summary>
    public required long Size { get; init; }

    /// <summary>The root over just these entries, 32 bytes: so the other key vouches for the past.</summary>
    public required ReadOnlyMemory<byte> Root { get; init; }

    /// <summary>When, by the server's clock, in whole seconds.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The log's name.</summary>
    public string Origin => Key.Name;

    /// <summary>Reads a note's text; nothing but the exact form is taken, both keys of one name and each another.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out KeyStatement? statement)
    {
        statement = null;
        if (text?.Split('\n') is not [var head, var key, var other, var size, var root, var at, ""]
            || KindOf(head) is not { } kind
            || !NoteKey.TryParse(key, out var old) || old.Kind is not NoteKeyKind.Ed25519
            || !NoteKey.TryParse(other, out var next) || next.Kind is not NoteKeyKind.Ed25519 || next.Name != old.Name || next.Equals(old)
            || !TryRead(size, long.MaxValue, out var count) || !Base64.TryRead(root, out var hash) || hash.Length != TreeHash.Size
            || !TryRead(at, LastSecond, out var seconds))
        {
            return false;
        }

        var found = new KeyStatement
        {
            Kind = kind, Key = old, Other = next, Size = count, Root = hash, At = DateTimeOffset.FromUnixTimeSeconds(seconds),
        };

        // A key has one spelling here: the text is what is compared.
        statement = found.ToString() == text ? found : null;
        return statement is not null;
    }

    /// <summary>The statement, signed by both; null while a key's holder cannot answer.</summary>
    public async ValueTask<SignedNote?> SignAsync(ISigner key, ISigner other, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(other);
        var text = ToString();
        var bytes = Encoding.UTF8.GetBytes(text);
        return await key.SignAsync(bytes, ct) is { } first && await other.SignAsync(bytes, ct) is { } second
            ? new SignedNote { Text = text, Signatures = [new(Origin, Key.Id, first), new(Origin, Other.Id, second)] }
            : null;
    }

    /// <summary>The text that is signed.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Head}{(Kind is KeyStatementKind.Rotated ? "rotated" : "revoked")}\n{Key}\n{Other}\n{Size}\n{Convert.ToBase64String(Root.Span)}\n{At.ToUnixTimeSeconds()}\n");

    private static KeyStatementKind? KindOf(string line) => line switch
    {
        Head + "rotated" => KeyStatementKind.Rotated,
        Head + "revoked" => KeyStatementKind.Revoked,
        _ => null,
    };

    private static bool TryRead(string digits, long most, out long number)
        => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most
            && digits == number.ToString(CultureInfo.InvariantCulture);
}
