namespace Rivet.Container.Tests;

/// <summary>Kinds of records as these tests use them; the container knows only their numbers.</summary>
internal static class Kinds
{
    public const byte Profile = 3;
    public const byte Entry = 6;
    public const byte Person = 9;
}
