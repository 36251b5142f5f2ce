using System.Security.Cryptography;

namespace Rivet.Hosting.Outgoing;

/// <summary>Numbers by chance, from the system's generator: safe between threads, and nobody outside foresees them. A test gives its own.</summary>
public class Chance
{
    /// <summary>At least 0, less than 1.</summary>
    public virtual double Next() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;
}
