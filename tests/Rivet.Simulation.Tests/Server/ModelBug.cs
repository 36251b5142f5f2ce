namespace Rivet.Simulation.Tests;

/// <summary>Mistakes a server could make, to prove that the simulation would see them.</summary>
internal enum ModelBug
{
    None,

    /// <summary>A repeated send is stored again.</summary>
    StoresRepeats,

    /// <summary>What was sent before a crash is not recognised after it.</summary>
    ForgetsIdsInACrash,

    /// <summary>Sends are answered before they are durable; a crash loses the last ones.</summary>
    AnswersBeforeCommit,

    /// <summary>After a crash the last sequence is given again.</summary>
    ReusesASequence,

    /// <summary>A sequence is left out now and then.</summary>
    LeavesAGap,

    /// <summary>A fetch passes over an entry now and then and says that nothing is missing.</summary>
    HidesAnEntry,

    /// <summary>A person has read whatever was marked last.</summary>
    MovesReadsBack,

    /// <summary>A removed member still hears and reads the conversation.</summary>
    ServesTheRemoved,

    /// <summary>A member who was added hears nothing of it.</summary>
    ForgetsTheAdded,
}
