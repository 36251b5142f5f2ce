namespace Rivet.Certificates;

/// <summary>Why something was refused; what was served before is served on.</summary>
/// <param name="Reason">A stable word, such as <c>chain.expired</c>; the reader's language is chosen by it.</param>
/// <param name="Detail">What it was about, in one line without control or direction characters, at most 300 characters; may be empty.</param>
/// <param name="RetryAfter">How long the other side asked to be left alone; null where it did not.</param>
public sealed record CertificateRefusal(string Reason, string Detail = "", TimeSpan? RetryAfter = null)
{
    /// <summary>Every reason there is: a text must exist for each, in each language.</summary>
    public static IReadOnlyList<string> Reasons { get; } =
    [
        FileUnreadable, FileTooLarge, NoCertificate, NoKey, KeyNotUnique, PasswordWrong, KeyDoesNotFit, KeyWeak, SignatureWeak, ChainBroken, ChainTooLong,
        NamesMissing, NamesForeign, Expired, NotYetValid, PurposeWrong, NameInvalid, AddressInvalid, ContactInvalid, AcmeUnreachable, AcmeMalformed,
        AcmeTooLarge, AcmeElsewhere, AcmeNonce, AcmeEndless, AcmeProblem, AcmeChallenge, AcmeInvalid, AcmeNeedsBinding, PortTaken, Replaced, FolderDamaged,
    ];

    internal const string FileUnreadable = "file.unreadable";
    internal const string FileTooLarge = "file.too-large";
    internal const string NoCertificate = "file.no-certificate";
    internal const string NoKey = "file.no-key";
    internal const string KeyNotUnique = "file.keys";
    internal const string PasswordWrong = "file.password";
    internal const string KeyDoesNotFit = "chain.key";
    internal const string KeyWeak = "chain.weak-key";
    internal const string SignatureWeak = "chain.weak-signature";
    internal const string ChainBroken = "chain.broken";
    internal const string ChainTooLong = "chain.too-long";
    internal const string NamesMissing = "chain.names";
    internal const string NamesForeign = "chain.foreign-names";
    internal const string Expired = "chain.expired";
    internal const string NotYetValid = "chain.not-yet-valid";
    internal const string PurposeWrong = "chain.purpose";
    internal const string NameInvalid = "name.invalid";
    internal const string AddressInvalid = "acme.address";
    internal const string ContactInvalid = "acme.contact";
    internal const string AcmeUnreachable = "acme.unreachable";
    internal const string AcmeMalformed = "acme.malformed";
    internal const string AcmeTooLarge = "acme.too-large";
    internal const string AcmeElsewhere = "acme.elsewhere";
    internal const string AcmeNonce = "acme.nonce";
    internal const string AcmeEndless = "acme.endless";
    internal const string AcmeProblem = "acme.problem";
    internal const string AcmeChallenge = "acme.challenge";
    internal const string AcmeInvalid = "acme.invalid";
    internal const string AcmeNeedsBinding = "acme.binding";
    internal const string PortTaken = "acme.port";
    internal const string Replaced = "work.replaced";
    internal const string FolderDamaged = "folder.damaged";
}
