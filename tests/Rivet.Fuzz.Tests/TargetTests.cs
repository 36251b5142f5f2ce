using Rivet.Fuzz.Tests.Fuzzing;
using Rivet.Fuzz.Tests.Targets;

namespace Rivet.Fuzz.Tests;

/// <summary>A short hunt in every test run: honest inputs, what was found before, and a fixed number of changes of them.</summary>
public sealed class TargetTests
{
    public static TheoryData<string> Names => [.. Target.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Target_EveryFileOfCorpusAndRegressions_KeepsItsPromises(string name)
    {
        var target = Target.Named(name);
        foreach (var file in Inputs.Files(target))
        {
            Attack(target, Inputs.Read(file));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Target_ManyChangesOfItsCorpus_KeepsItsPromises(string name)
    {
        var target = Target.Named(name);
        var corpus = Inputs.Files(target).Select(Inputs.Read).ToList();
        var mutator = new Mutator(seed: 20_261);
        for (var run = 0; run < target.RunsInTests; run++)
        {
            Attack(target, mutator.Next(corpus));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Corpus_ComparedWithHonestInputs_IsTrue(string name)
    {
        foreach (var (seed, bytes) in Target.Named(name).Seeds())
        {
            var file = Path.Combine(Inputs.Folder, "Corpus", name, $"{seed}.hex");
            if (Environment.GetEnvironmentVariable("RIVET_UPDATE_SNAPSHOTS") == "1")
            {
                Inputs.Write(file, bytes);
            }

            Assert.Equal(bytes, Inputs.Read(file));
        }
    }

    private static void Attack(Target target, byte[] input)
    {
        try
        {
            target.Run(input);
        }
        catch (Exception broken)
        {
            Assert.Fail($"{target.Name} with {Convert.ToHexStringLower(input)}: {broken}");
        }
    }
}
